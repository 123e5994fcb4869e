"""A later host that is about to be killed: starts a worker, has it run a call, names the processes, and waits.

Arguments: the library, the worker, whether the call is one that nothing but force ends.
"""

import contextlib
import io
import os
import sys
import threading
import time

import later_hosts


def main():
    package, worker, is_held = sys.argv[1:]
    folder = os.environ["ORPHANS"]
    os.makedirs(folder)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        bench = later_hosts.Bench(package, worker, folder, True)
        proxy = bench.proxy_class(bench.manifest("steps_plugin", "Steps"))
        pids = [proxy.process.pid, proxy.execute(do="process"), proxy.execute(do="child", session=True)]
        do = "hold" if is_held == "1" else "wait"
        threading.Thread(target=lambda: proxy.execute(do=do), daemon=True).start()
        time.sleep(0.5)
    print(*pids, flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main()
