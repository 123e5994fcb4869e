"""What noise cannot touch: heap allocations, system calls and instructions for each request."""

import re
import signal
import struct
import subprocess
import time
from pathlib import Path

from rows import Row, Section, Target
from servers import BUILD, FLOOR, WORKER, Server, command, has, run, tool
from traffic import SMALL, body_file

CALLERS = ("program", "libmicrohttpd", "C++", "libc", "plugin and others")
REQUESTS = 1000
LINES = 100_000
# What a request, or a line of a stream, may take of the floor's instructions.
INSTRUCTIONS = {"/health": ("/request", 1.02), "/execute": ("/request", 1.7), "stream": ("/line", 1.35)}


def execute() -> list[object]:
    return ["-m", "POST", "-u", "/execute", "-b", body_file("small", SMALL)]


class AllocationCount:
    """Counts of the preloaded library, by caller of malloc."""

    def __init__(self, kind: str) -> None:
        self.path = BUILD / f"{kind}-allocations"
        self.path.write_bytes(bytes(4096))
        self.server = Server(
            kind, more={"LD_PRELOAD": str(BUILD / "count.so"), "COUNT_FILE": str(self.path)}
        )

    def read(self) -> list[int]:
        return list(struct.unpack("10Q", self.path.read_bytes()[:80]))

    def during(self, arguments: list[object]) -> dict[str, float]:
        """Allocations for each further request on a connection: its own are taken out."""
        self.run(200, arguments)
        once, thrice = self.run(REQUESTS, arguments), self.run(3 * REQUESTS, arguments)
        each = [(more - fewer) / (2 * REQUESTS) for more, fewer in zip(thrice, once, strict=True)]
        return {**dict(zip(CALLERS, each[:5], strict=True)), "bytes": sum(each[5:])}

    def run(self, requests: int, arguments: list[object]) -> list[int]:
        before = self.read()
        self.server.load("-n", requests, *arguments)
        time.sleep(0.05)
        return [after - earlier for after, earlier in zip(self.read(), before, strict=True)]

    def during_stream(self) -> float:
        before = sum(self.read()[:5])
        tool("lines", "-p", self.server.port, "-n", LINES)
        return (sum(self.read()[:5]) - before) / LINES * 1000


def allocations() -> list[Row]:
    rows: list[Row] = []
    counts = {kind: AllocationCount(kind) for kind in (WORKER, FLOOR)}
    try:
        for path, arguments in {"/health": [], "/execute": execute()}.items():
            # Exchange, call, body and reply, and the header that Echo asks for: its value and the list.
            target = [Target(WORKER, "≤", 6)] if path == "/execute" else []
            ours = Row(f"{path} allocations, own code", "/request", targets=target)
            theirs = Row(f"{path} allocations, libmicrohttpd", "/request")
            for kind, count in counts.items():
                found = count.during(arguments)
                # operator new is called by code of ours, whatever library it lies in.
                ours.add(kind, found["program"] + found["C++"])
                theirs.add(kind, found["libmicrohttpd"])
                ours.details[kind] = found
            rows += [ours, theirs]
        stream = Row("stream allocations, all", "/1000 lines")
        for kind, count in counts.items():
            stream.add(kind, count.during_stream())
        rows.append(stream)
    finally:
        for count in counts.values():
            count.server.stop()
    return rows


def traced(pid: int) -> bool:
    states = Path(f"/proc/{pid}/task").glob("*/status")
    return all("TracerPid:\t0\n" not in state.read_text() for state in states)


def system_calls(server: Server, connections: int, arguments: list[object]) -> dict[str, float] | None:
    """System calls for each request, by name; None where the process may not be traced."""
    report = BUILD / f"{server.kind}-calls"
    report.unlink(missing_ok=True)
    tracer = subprocess.Popen(
        ["strace", "-f", "-c", "-o", str(report), "-p", str(server.pid)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 5
    while not traced(server.pid) and tracer.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    if not traced(server.pid):
        tracer.kill()
        tracer.wait()
        return None
    server.load("-c", connections, "-n", REQUESTS, *arguments)
    tracer.send_signal(signal.SIGINT)
    tracer.wait(10)
    found = {}
    for line in report.read_text().splitlines():
        fields = line.split()
        if len(fields) >= 5 and re.fullmatch(r"[\d.]+", fields[0]) and fields[-1] != "total":
            found[fields[-1]] = int(fields[3]) / REQUESTS
    return found


def calls() -> tuple[list[Row], str]:
    if not has("strace"):
        return [], "system calls: not counted, strace is not installed"
    rows: list[Row] = []
    with Server(WORKER) as worker, Server(FLOOR) as floor:
        for path, arguments in {"/health": [], "/execute": execute()}.items():
            for connections in (1, 32):
                bound = [Target(FLOOR, "≤", 1.2)]
                row = Row(f"{path} {connections:3d} conns system calls", "/request", targets=bound)
                for server in (worker, floor):
                    server.load("-n", 100, *arguments)
                    found = system_calls(server, connections, arguments)
                    if found is None:
                        return rows, "system calls: not counted, strace may not trace"
                    row.add(server.kind, sum(found.values()))
                    row.details[server.kind] = {name: each for name, each in found.items() if each >= 0.01}
                rows.append(row)
    return rows, ""


def instructions() -> list[Row]:
    """Instructions of the whole process, by callgrind, on binaries without debug information."""
    if not has("valgrind"):
        return []
    rows = {
        name: Row(f"{name} instructions", unit, targets=[Target(FLOOR, "≤", limit)])
        for name, (unit, limit) in INSTRUCTIONS.items()
    }
    for kind in (WORKER, FLOOR):
        program = BUILD / f"stripped-{kind}"
        run(["objcopy", "--strip-debug", command(kind, 0)[0], str(program)])
        for path, load in {"/health": [], "/execute": execute()}.items():
            once, more = (spent(kind, program, "load", "-n", count, *load) for count in (200, 200 + REQUESTS))
            rows[path].add(kind, (more - once) / REQUESTS)
        once, more = (spent(kind, program, "lines", "-n", count) for count in (LINES // 10, LINES // 10 + LINES))
        rows["stream"].add(kind, (more - once) / LINES)
    return list(rows.values())


def spent(kind: str, program: Path, client: str, *arguments: object) -> int:
    """The instructions of a server from its start to its end, with what a client asks of it between."""
    report = BUILD / "callgrind.out"
    watch = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={report}"]
    with Server(kind, program=[*watch, str(program)]) as server:
        tool(client, "-p", server.port, *arguments)
    return next(int(line.split()[1]) for line in report.read_text().splitlines() if line.startswith("totals:"))


def counts() -> Section:
    rows, note = calls()
    return Section("counts", [*allocations(), *rows, *instructions()], note)
