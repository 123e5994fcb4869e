"""The same class in Python under our worker and under the original, and the library Echo, in one run.

Each row is held against the original by the median of the ratios of rounds that ran side by side, and shows
between what these lay. CPU time and memory are those of the whole tree of processes.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from events import moments
from rows import COMPARISONS, number
from servers import ORIGINAL, PYTHON, ROOT, WORKER, Server, put_runner, tool
from traffic import SMALL, Effort, body_file, large_bodies

KINDS = (PYTHON, ORIGINAL, WORKER)


@dataclass
class PythonRow:
    """One quantity; `limit` is of Python's ratio to the original, or of Python's own value if `own`."""

    label: str
    unit: str
    comparison: str = ""
    limit: float = 0
    own: bool = False
    rounds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, kind: str, value: float) -> None:
        self.rounds.setdefault(kind, []).append(value)

    def median(self, kind: str) -> float | None:
        values = self.rounds.get(kind)
        return statistics.median(values) if values else None

    def ratios(self, kind: str) -> list[float]:
        """Python's to another's, of rounds that ran side by side."""
        pairs = zip(self.rounds.get(PYTHON, []), self.rounds.get(kind, []), strict=False)
        return sorted(ours / other for ours, other in pairs if other)

    def measured(self) -> float | None:
        ratios = self.ratios(ORIGINAL)
        return self.median(PYTHON) if self.own else statistics.median(ratios) if ratios else None

    def verdict(self) -> str:
        value = self.measured()
        if not self.comparison or value is None:
            return ""
        return "met" if COMPARISONS[self.comparison](value, self.limit) else "NOT MET"

    def cells(self) -> list[str]:
        ratios, native = self.ratios(ORIGINAL), self.ratios(WORKER)
        return [
            "  " + self.label,
            self.unit,
            *(number(self.median(kind)) for kind in KINDS),
            number(statistics.median(ratios) if ratios else None),
            f"{number(ratios[0])} … {number(ratios[-1])}" if ratios else "–",
            number(statistics.median(native) if native else None),
            f"{self.comparison} {self.limit:g} {self.verdict()}" if self.comparison else "",
        ]

    def json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "unit": self.unit,
            "medians": {kind: self.median(kind) for kind in self.rounds},
            "over_original": self.ratios(ORIGINAL),
            "target": f"{self.comparison} {self.limit:g}" if self.comparison else None,
            "verdict": self.verdict(),
            "rounds": self.rounds,
        }


HEAD = ["unit", "Python", "original", "library", "/original", "in rounds", "/library", "target"]


def table(title: str, rows: Sequence[PythonRow]) -> str:
    lines = [[title, *HEAD], *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 2 <= column <= 7 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def turns(servers: Sequence[Server], index: int) -> list[Server]:
    """Everyone once, each round beginning with another one."""
    start = index % len(servers)
    return [*servers[start:], *servers[:start]]


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    pids = [pid]
    for known in pids:
        for path in Path(f"/proc/{known}/task").glob("*/children"):
            pids += map(int, path.read_text().split())
    return pids


def cpu_seconds(pid: int) -> float:
    # The CPU clock of another process, as clock_getcpuclockid makes its number.
    return sum(time.clock_gettime(~known << 3 | 2) for known in tree(pid))


def mebibytes(pid: int, name: str) -> float:
    total = 0
    for known in tree(pid):
        lines = Path(f"/proc/{known}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))
    return total / 1024


def requests(servers: Sequence[Server], effort: Effort) -> Iterator[PythonRow]:
    call = ["-m", "POST", "-u", "/execute", "-b", body_file("small", SMALL)]
    for connections, most in ((1, 2.5), (32, 6)):
        speed = PythonRow(f"/execute {connections:2d} conns", "requests/s", "≥", most)
        middle = PythonRow(f"/execute {connections:2d} conns p50", "µs")
        late = PythonRow(f"/execute {connections:2d} conns p99", "µs")
        cpu = PythonRow(f"/execute {connections:2d} conns CPU/call", "µs", "≤", 0.35)
        for index in range(effort.rounds_python):
            for server in turns(servers, index):
                server.load("-c", connections, "-n", 20 * connections, *call)
                before = cpu_seconds(server.pid)
                result = server.load("-c", connections, "-d", max(effort.window, 0.5), "-w", 0, *call)
                spent = cpu_seconds(server.pid) - before
                speed.add(server.kind, result["rps"])
                middle.add(server.kind, result["p50_us"])
                late.add(server.kind, result["p99_us"])
                cpu.add(server.kind, spent * 1e6 / (result["rps"] * result["seconds"]))
        yield from (speed, middle, late, cpu)


def streams(servers: Sequence[Server], effort: Effort) -> PythonRow:
    row = PythonRow("stream of small lines", "lines/s", "≥", 80)
    for index in range(effort.rounds_python):
        for server in turns(servers, index):
            lines = {ORIGINAL: 4_000, PYTHON: 200_000, WORKER: 1_000_000}[server.kind]
            row.add(server.kind, tool("lines", "-p", server.port, "-n", lines)["lines_per_s"])
    return row


def bodies(servers: Sequence[Server], effort: Effort) -> Iterator[PythonRow]:
    for name, body in large_bodies().items():
        path = body_file(name, body)
        form, limit = ("one string", 1.0) if name == "string" else ("many objects", 0.6)
        row = PythonRow(f"{len(body) / 1e6:.0f} MB there and back, {form}", "ms", "≤", limit)
        for index in range(effort.rounds_python):
            for server in turns(servers, index):
                result = server.load("-n", 3, "-m", "POST", "-u", "/execute", "-b", path)
                row.add(server.kind, result["p50_us"] / 1000)
        path.unlink()
        yield row


def starts(effort: Effort) -> PythonRow:
    row = PythonRow("start to first answer", "ms", "≤", 0.15)
    for _ in range(effort.rounds_python):
        for kind in KINDS:
            row.add(kind, statistics.median(moments("start", kind, 1)))
    return row


def memory(servers: Sequence[Server]) -> Iterator[PythonRow]:
    for name, label, limit in (("Rss", "resident", 0.6), ("Pss", "proportional share", 0)):
        row = PythonRow(f"memory of the tree, {label}", "MiB", "≤" if limit else "", limit)
        for server in servers:
            row.add(server.kind, mebibytes(server.pid, name))
        yield row


def busy(effort: Effort) -> Iterator[PythonRow]:
    """Beside, and against, a loop in Python that has no cancel()."""
    ratio = PythonRow("/health p99 beside a busy loop, over idle", "ratio", "≤", 2, own=True)
    end = PythonRow("POST /cancel to the end of a busy loop", "ms", "<", 20, own=True)
    with Server(PYTHON, "Burn") as server:
        for _ in range(effort.rounds_python):
            idle = health_p99(server, effort)
            with server.send("/execute", b'{"kwargs":{"ms":60000}}'):
                time.sleep(0.05)
                ratio.add(PYTHON, health_p99(server, effort) / idle)
        for took in tool("moments", "cancel", server.port, effort.moments):
            end.add(PYTHON, took / 1000)
    worst = PythonRow("  the slowest of these", "ms")
    worst.add(PYTHON, max(end.rounds[PYTHON]))
    yield from (ratio, end, worst)


def health_p99(server: Server, effort: Effort) -> float:
    return server.load("-c", 1, "-d", max(effort.window, 0.5), "-w", effort.warmup)["p99_us"]


def measure(effort: Effort, stage: Callable[[str], Any]) -> list[PythonRow]:
    rows: list[PythonRow] = []
    put_runner(str(ROOT / ".venv/bin/python"))
    servers = [Server(kind) for kind in KINDS]
    try:
        for server in servers:
            server.get("/health")
        time.sleep(0.3)
        rows += memory(servers)
        with stage("Python plugin: requests"):
            rows += requests(servers, effort)
        with stage("Python plugin: streams and large bodies"):
            rows.append(streams(servers, effort))
            rows += bodies(servers, effort)
    finally:
        for server in servers:
            server.stop()
    with stage("Python plugin: start, busy loops"):
        rows.insert(0, starts(effort))
        rows += busy(effort)
    return rows
