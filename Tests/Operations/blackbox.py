"""The blackbox exporter with the file of contrib asks a worker whether it is ready."""

import contextlib
import re
import tempfile
import threading
import urllib.parse
import urllib.request
from pathlib import Path

from processes import CONTRIB, PATIENCE, Process, expect, free_port, until, workers


def check() -> None:
    with tempfile.TemporaryDirectory(prefix="uw-blackbox-") as name:
        folder, port = Path(name), free_port()
        gate = folder / "gate"
        with workers(folder, count=1) as (worker,):
            exporter = Process(
                ["prometheus-blackbox-exporter", f"--config.file={CONTRIB / 'blackbox.yml'}",
                 f"--web.listen-address=127.0.0.1:{port}"],
                folder / "blackbox.log",
            )
            target = f"http://127.0.0.1:{worker.place}/health/ready"

            def success() -> str:
                query = urllib.parse.urlencode({"module": "universal_worker_ready", "target": target})
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/probe?{query}", timeout=PATIENCE) as answer:
                    found = re.search(r"^probe_success (\d)$", answer.read().decode(), re.MULTILINE)
                    return found[1] if found else ""

            with contextlib.ExitStack() as stack:
                stack.callback(exporter.end)
                exporter.wait_for(success, "it answers")
                expect(success() == "1", "a worker that is ready is not found ready")
                asker = threading.Thread(target=worker.ask, args=("POST", "/initialize", {"until": str(gate)}))
                asker.start()
                stack.callback(asker.join, PATIENCE)
                stack.callback(gate.touch)
                until(lambda: worker.ask("GET", "/health/ready")[0] == 503, "the worker initializes")
                expect(success() == "0", "a worker that is not ready is found ready")
    print("ok   blackbox exporter: it tells a worker that is ready from one that is not")
