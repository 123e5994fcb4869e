#!/usr/bin/env python3
"""GET /openapi.json of native and of Python workers: valid OpenAPI, and true when schemathesis tries it.

    openapi_check.py [--seed N] [--examples 30]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from openapi_spec_validator import validate

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Load"))
from worker import ECHO, RELEASE, Failure, Worker, expect  # noqa: E402

BUILD = HERE.parent.parent / ".build"
# Of module and class; what its document has; whether it refuses what its schemas rule out, or trusts them.
PLUGINS = {
    "native": (ECHO, "Echo", {"/mirror"}, True),
    "python": (HERE / "plain.py", "Plain", set(), True),
    "native with schemas": (BUILD / "fixtures" / "schemas.so", "Switch", {"/switch"}, True),
    "Swift with schemas": (BUILD / "debug" / "libSwiftPlugins.so", "Canvas", {"/point"}, True),
    "python with schemas": (HERE / "typed.py", "Typed", set(), False),
}
# One thread: hypothesis, which it stands on, fails in several on CPython 3.11.
SCHEMATHESIS = (
    "--config-file", str(HERE / "schemathesis.toml"), "run", "--workers", "1", "--no-color",
)  # fmt: skip


def check(name: str, seed: int, examples: int, folder: str) -> None:
    module, title, more, refuses = PLUGINS[name]
    mode = "all" if refuses else "positive"
    worker = Worker(RELEASE, module, title, [], {"PYTHONDONTWRITEBYTECODE": "1"})
    try:
        address = f"http://127.0.0.1:{worker.port}/openapi.json"
        with urllib.request.urlopen(address, timeout=30) as answer:
            document = json.load(answer)
        validate(document)
        expect(document["info"]["title"] == title, f"the title is {document['info']['title']}")
        expect(more <= set(document["paths"]), f"{more} is missing")
        tried = subprocess.run(
            [str(Path(sys.executable).with_name("schemathesis")), *SCHEMATHESIS,
             "--mode", mode, "--seed", str(seed), "--max-examples", str(examples), address],
            capture_output=True, text=True, timeout=600, cwd=folder,
        )  # fmt: skip
        expect(tried.returncode == 0, f"{tried.stdout[-6000:]}\n{tried.stderr[-2000:]}")
        expect(worker.is_running(), f"the worker has ended:\n{worker.text()[-3000:]}")
        count = next(line.strip() for line in tried.stdout.splitlines() if " generated" in line)
        print(f"{name}: {len(document['paths'])} paths, {count}", flush=True)
    finally:
        worker.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=30)
    arguments = parser.parse_args()
    failed = False
    # schemathesis keeps what it finds where it runs.
    with tempfile.TemporaryDirectory() as folder:
        for name in PLUGINS:
            try:
                check(name, arguments.seed, arguments.examples, folder)
            except Failure as failure:
                failed = True
                print(f"FAILED {name}: {failure}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
