"""Real plugins of cjm-substrate 0.0.74 under our worker and under the original, over that host's wire, in one run."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from python_plugin import PythonRow, mebibytes, turns
from servers import BUILD, ORIGINAL, PYTHON, ROOT, Server, Unusable, put_runner
from traffic import Effort, body_file

sys.path[:0] = [str(ROOT / "Python/tests/originals"), str(ROOT / "Tests/Compatibility")]
import environments  # noqa: E402
from later_hosts_packages import NODES, PACKAGES, TEXT, Package, install  # noqa: E402

LIBRARY, WANTED = environments.WANTED[1]
KINDS = (PYTHON, ORIGINAL)


def task(name: str, method: str, **kwargs: Any) -> bytes:
    return json.dumps({"task": name, "method": method, "kwargs": kwargs}).encode()


CALLS = {
    "graph-sqlite": ("graph query", task("graph-storage", "find_nodes_by_label", label="Größe", limit=20)),
    "pysbd": ("sentence split", task("sentence_segmentation", "segment_text", text=TEXT)),
}


class RealServer(Server):
    """A worker of one package, initialized."""

    def __init__(self, kind: str, package: Package, python: str) -> None:
        self.package, self.python = package, python
        began = time.monotonic()
        super().__init__(kind)
        self.get("/health")
        self.took = (time.monotonic() - began) * 1000
        self.ask("/initialize", json.dumps(self.configuration()).encode())
        if package.name == "graph-sqlite":
            self.ask("/task", task("graph-storage", "add_nodes", nodes=NODES))

    def configuration(self) -> dict[str, str]:
        if self.package.name != "graph-sqlite":
            return {}
        database = BUILD / f"{self.kind}.db"
        for path in BUILD.glob(f"{self.kind}.db*"):
            path.unlink()
        return {"db_path": str(database)}

    def line(self, plugin: str) -> list[str]:
        worker = [str(ROOT / ".build/release/universal-worker"), "--python", self.python]
        program = [self.python] if self.kind == ORIGINAL else worker[:1]
        tail = [] if self.kind == ORIGINAL else worker[1:]
        more = ["--module", self.package.module, "--class", self.package.plugin, "--port", str(self.port)]
        return [*program, "-m", f"{LIBRARY}.core.worker", *more, "--adapters", ",".join(self.package.adapters), *tail]

    def ask(self, path: str, body: bytes) -> None:
        with self.send(path, body) as client:
            answer = client.recv(4096)
        if b" 200 " not in answer.split(b"\r\n", 1)[0]:
            raise Unusable(f"{self.kind}: {path}: {answer[:300]!r}")


def measure(effort: Effort, stage: Callable[[str], Any]) -> list[PythonRow]:
    """Rows of every package that can be had; says on stderr which cannot."""
    rows: list[PythonRow] = []
    for package in PACKAGES:
        if package.library != LIBRARY or package.name not in CALLS:
            continue
        try:
            python = environments.interpreter(WANTED)
            install(package, [python])
            put_runner(python)
        except LookupError as error:
            print(f"without {package.packages[0]}: {error}", file=sys.stderr)
            continue
        with stage(f"{package.packages[0]}"):
            rows += of_package(package, python, effort)
    return rows


def of_package(package: Package, python: str, effort: Effort) -> Iterator[PythonRow]:
    name, body = CALLS[package.name]
    start = PythonRow(f"{name}: start to ready", "ms", "≤", 0.25)
    for _ in range(effort.rounds_python):
        for kind in KINDS:
            with RealServer(kind, package, python) as server:
                start.add(kind, server.took)
    yield start
    servers = [RealServer(kind, package, python) for kind in KINDS]
    try:
        yield from requests(name, servers, body_file(package.name, body), effort)
    finally:
        for server in servers:
            server.stop()


def requests(name: str, servers: Sequence[Server], body: Path, effort: Effort) -> Iterator[PythonRow]:
    call = ["-m", "POST", "-u", "/task", "-b", body]
    for connections, least in ((1, 0), (8, 2)):
        speed = PythonRow(f"{name}: {connections} conns", "requests/s", "≥" if least else "", least)
        for index in range(effort.rounds_python):
            for server in turns(servers, index):
                result = server.load("-c", connections, "-d", max(effort.window, 0.5), "-w", 0.1, *call)
                speed.add(server.kind, result["rps"])
        yield speed
    memory = PythonRow(f"{name}: memory of the tree after that", "MiB", "≤", 0.6)
    for server in servers:
        memory.add(server.kind, mebibytes(server.pid, "Rss"))
    yield memory


