"""Measurements under load: requests, streams, large bodies, and what they leave of memory."""

import contextlib
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from rows import Row, Section, Target
from servers import BUILD, FLOOR, ORIGINAL, STRICT, WORKER, Server, tool

CONNECTIONS = (1, 32, 256)
SMALL = b'{"args":[1,2],"kwargs":{"text":"hello, world"}}'


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int
    rounds_original: int
    window: float
    warmup: float
    lines: int
    lines_original: int
    starts: int
    starts_original: int
    moments: int
    rounds_python: int


FULL = Effort(15, 5, 0.3, 0.05, 1_000_000, 20_000, 30, 3, 100, 9)
QUICK = Effort(4, 2, 0.2, 0.05, 1_000_000, 20_000, 10, 1, 20, 2)


def body_file(name: str, body: bytes) -> Path:
    path = BUILD / f"{name}.json"
    path.write_bytes(body)
    return path


def turns(servers: Sequence[Server], index: int, effort: Effort, but: Sequence[str] = ()) -> list[Server]:
    """Everyone once, each round beginning with another one; the original, which is far away from
    all bounds, in the first rounds only."""
    left_out = but if index < effort.rounds_original else (*but, ORIGINAL)
    due = [server for server in servers if server.kind not in left_out]
    start = index % len(due)
    return [*due[start:], *due[:start]]


def quicker_original(servers: Sequence[Server], effort: Effort) -> Section:
    """The worker beside the original on uvloop and httptools, which uvicorn takes if they are there."""
    call = ["-m", "POST", "-u", "/execute", "-b", body_file("small", SMALL)]
    rows = []
    for path, connections, arguments in (("/health", 32, []), ("/execute", 1, call), ("/execute", 32, call)):
        row = Row(f"{path} {connections:3d} conns", "requests/s", more_is_better=True)
        for index in range(effort.rounds_original):
            for server in turns(servers, index, effort):
                result = server.load("-c", connections, "-d", 1.0, "-w", effort.warmup, *arguments)
                row.add(server.kind, result["rps"])
        rows.append(row)
    return Section("the original on uvloop and httptools", rows)


REQUEST_TARGETS = {
    ("/health", 32, "rps"): [Target(FLOOR, "≥", 0.95)],
    ("/execute", 32, "rps"): [Target(FLOOR, "≥", 0.9), Target(ORIGINAL, "≥", 20, aim=30)],
    ("/execute", 1, "p50_us"): [Target(FLOOR, "≤", 1.15)],
    ("/execute", 1, "p99_us"): [Target(FLOOR, "≤", 1.3)],
    ("/execute", 32, "cpu_us"): [Target(FLOOR, "≤", 1.2)],
}
QUANTITIES = {"rps": "requests/s", "p50_us": "µs", "p99_us": "µs", "cpu_us": "µs"}
NAMES = {"rps": "", "p50_us": " p50", "p99_us": " p99", "cpu_us": " CPU/request"}


def requests(servers: Sequence[Server], effort: Effort) -> Section:
    small = body_file("small", SMALL)
    calls = {"/health": [], "/execute": ["-m", "POST", "-u", "/execute", "-b", small]}
    rows: list[Row] = []
    for path, arguments in calls.items():
        # Both floors answer /health alike.
        but = (STRICT,) if path == "/health" else ()
        for connections in CONNECTIONS:
            measured = {
                quantity: Row(
                    f"{path} {connections:3d} conns{NAMES[quantity]}",
                    unit,
                    more_is_better=quantity == "rps",
                    targets=REQUEST_TARGETS.get((path, connections, quantity), ()),
                )
                for quantity, unit in QUANTITIES.items()
            }
            stalls = Row(f"{path} {connections:3d} conns stalls", "/s")
            for index in range(effort.rounds):
                for server in turns(servers, index, effort, but):
                    # At 256 connections one answer of the original takes a third of a second.
                    window = max(effort.window, 1.0) if server.kind == ORIGINAL else effort.window
                    result = server.load("-c", connections, "-d", window, "-w", effort.warmup, *arguments)
                    for quantity, row in measured.items():
                        row.add(server.kind, result[quantity])
                    stalls.add(server.kind, result["stalls"] / result["seconds"])
            rows += measured.values()
            if connections >= 128:
                rows.append(stalls)
    return Section("requests", rows)


def streams(servers: Sequence[Server], effort: Effort) -> Section:
    speed = Row(
        "stream of small lines",
        "lines/s",
        more_is_better=True,
        targets=[Target(FLOOR, "≥", 0.5), Target(ORIGINAL, "≥", 300, aim=1000)],
    )
    cpu = Row("stream CPU/line", "ns")
    for index in range(effort.rounds):
        for server in turns(servers, index, effort, (STRICT,)):
            lines = effort.lines_original if server.kind == ORIGINAL else effort.lines
            result = tool("lines", "-p", server.port, "-P", server.pid, "-n", lines)
            speed.add(server.kind, result["lines_per_s"])
            cpu.add(server.kind, result["cpu_ns"])
    return Section("streams", [speed, cpu])


def large_bodies() -> dict[str, bytes]:
    """Ten million bytes: one string, and many small objects."""
    string = json.dumps({"args": ["x" * 10_000_000], "kwargs": {}}, separators=(",", ":"))
    objects = [{"i": i, "s": f"item {i}", "f": i + 0.5} for i in range(228_000)]
    many = json.dumps({"args": [objects], "kwargs": {}}, separators=(",", ":"))
    return {"string": string.encode(), "objects": many.encode()}


def bodies(servers: Sequence[Server], effort: Effort) -> Section:
    rows = []
    for name, body in large_bodies().items():
        path = body_file(name, body)
        row = Row(
            f"{len(body) / 1e6:.0f} MB echo, {'one string' if name == 'string' else 'many objects'}",
            "ms",
            targets=[Target(STRICT, "≤", 1.1), Target(ORIGINAL, "≥", 4 if name == "string" else 10)],
        )
        for index in range(effort.rounds):
            for server in turns(servers, index, effort):
                count = 1 if server.kind == ORIGINAL else 3
                result = server.load("-n", count, "-m", "POST", "-u", "/execute", "-b", path)
                row.add(server.kind, result["p50_us"] / 1000)
        rows.append(row)
        path.unlink()
    return Section("large bodies", rows)


class MemoryRows:
    """What memory servers have at points of the run."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def note(self, servers: Sequence[Server], when: str, limits: Mapping[str, float] = MappingProxyType({})) -> None:
        """Of each kind, what one of its servers has on average; limits are the worker's."""
        time.sleep(0.3)
        for quantity in ("resident", "proportional", "anonymous"):
            targets = [Target(WORKER, "<", limits[quantity])] if quantity in limits else ()
            row = Row(f"{quantity}, {when}", "MiB", targets=targets)
            found: dict[str, list[float]] = {}
            for server in servers:
                found.setdefault(server.kind, []).append(getattr(server.memory(), quantity))
            for kind, values in found.items():
                row.add(kind, statistics.mean(values))
            self.rows.append(row)

    def note_ten(self, kinds: Sequence[str]) -> None:
        """Ten servers of a kind at once share what is read from files."""
        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(Server(kind)) for kind in kinds for _ in range(10)]
            for server in servers:
                server.get("/health")
            self.note(servers, "each of ten, idle")

    def section(self) -> Section:
        return Section("memory", self.rows)
