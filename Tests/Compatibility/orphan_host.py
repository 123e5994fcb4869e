"""A host that is about to be killed: starts a worker, has it run a call, names the processes, and waits.

Arguments: the worker, its module, a directory for logs, "original" or "native", the kwargs of the call as JSON.
"""

import contextlib
import io
import json
import sys
import threading
import time
from pathlib import Path

from hosting import Bench


def main() -> None:
    python_path, module, directory, kind, kwargs = sys.argv[1:]
    with contextlib.redirect_stdout(io.StringIO()):
        proxy = Bench(python_path, module, Path(directory), kind == "original").start()
    child = proxy.execute(do="child")
    threading.Thread(target=lambda: proxy.execute(**json.loads(kwargs)), daemon=True).start()
    time.sleep(0.3)
    print(proxy.process.pid, child, flush=True)
    time.sleep(60)


main()
