"""Measurements of single events: start, cancellation, the parent's end; and /health beside busy plugins."""

import json
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence

from rows import Row, Section, Target
from servers import BUILD, FLOOR, ORIGINAL, WORKER, Server, Unusable, command, environment, free_port
from traffic import Effort


def moments(what: str, kind: str, runs: int) -> list[float]:
    """The times of one kind of event, in milliseconds."""
    port = free_port()
    line = [str(BUILD / "moments"), what, str(port), str(runs), *command(kind, port)]
    with (BUILD / f"{kind}-{what}.log").open("wb") as log:
        done = subprocess.run(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env=environment(), timeout=300
        )
    # What the servers print on stdout comes first, on lines of its own.
    lines = done.stdout.decode(errors="replace").splitlines()
    if done.returncode != 0 or not lines:
        raise Unusable(f"moments {what} failed for the {kind}; see {BUILD}/{kind}-{what}.log")
    return [time_us / 1000 for time_us in json.loads(lines[-1])]


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def starts(kinds: Sequence[str], effort: Effort) -> Section:
    row = Row("start to first answer", "ms", targets=[Target(WORKER, "≤", 15)])
    parts = 5
    for _ in range(parts):
        for kind in (WORKER, FLOOR):
            row.add(kind, *moments("start", kind, effort.starts // parts))
    if ORIGINAL in kinds:
        row.add(ORIGINAL, *moments("start", ORIGINAL, effort.starts_original))
    median, last = Row("parent's end to worker's end, median", "ms"), Row("parent's end to worker's end, p99", "ms")
    for kind in (WORKER, ORIGINAL):
        if kind in kinds:
            runs = effort.starts_original if kind == ORIGINAL else effort.moments // 2
            times = moments("orphan", kind, runs)
            median.add(kind, statistics.median(times))
            last.add(kind, percentile(times, 0.99))
    return Section("start and end", [row, median, last])


def wait_until(server: Server, running: int) -> None:
    """Waits until as many calls run as are meant to, 5 s at most."""
    for _ in range(500):
        if f'"calls_running":{running}'.encode() in server.get("/health"):
            return
        time.sleep(0.01)
    raise Unusable(f"there are not {running} calls running")


def health_p99(server: Server, effort: Effort, calls: int, running: int) -> float:
    """The p99 of /health on one connection while calls are under way."""
    clients = [server.send("/execute", b'{"args":[],"kwargs":{"ms":60000}}') for _ in range(calls)]
    try:
        wait_until(server, running)
        return server.load("-c", 1, "-d", effort.window, "-w", effort.warmup)["p99_us"]
    finally:
        for client in clients:
            client.close()
        wait_until(server, 0)


def saturation(kinds: Sequence[str], effort: Effort) -> Section:
    """/health on a worker whose executors are all busy, beside itself when they are not."""
    states = {
        "idle": Row("/health p99, idle", "µs"),
        "block": Row("/health p99, 4 of 4 executors blocked, 8 calls wait", "µs"),
        "burn": Row("/health p99, plugin burns a core, 8 calls wait", "µs"),
    }
    against = {
        "block": Row("  blocked/idle", "ratio", targets=[Target(WORKER, "≤", 1.5)]),
        "burn": Row("  burning/idle", "ratio", targets=[Target(WORKER, "≤", 3)]),
    }
    with Server(WORKER, "Block") as block, Server(WORKER, "Burn") as burn:
        for _ in range(effort.rounds):
            values = {
                "idle": health_p99(block, effort, 0, 0),
                "block": health_p99(block, effort, 12, 4),
                "burn": health_p99(burn, effort, 9, 1),
            }
            for state, value in values.items():
                states[state].add(WORKER, value)
            for state, row in against.items():
                row.add(WORKER, values[state] / values["idle"])
        events = [
            row
            for what, title in (
                ("cancel", "POST /cancel to the call's 409"),
                ("leave", "client's end to its call's end"),
                ("line", "lone line of a stream to its client"),
            )
            for row in median_and_p99(what, title, block, effort)
        ]
    rows = [states["idle"], states["block"], against["block"], states["burn"], against["burn"]]
    return Section("beside a busy plugin", [*rows, *beside_a_storm(effort), beside_one_call(kinds), *events])


def median_and_p99(what: str, title: str, server: Server, effort: Effort) -> list[Row]:
    """Two rows of one kind of event on a server that runs."""
    line = [str(BUILD / "moments"), what, str(server.port), str(effort.moments)]
    times = json.loads(subprocess.run(line, stdout=subprocess.PIPE, timeout=120, check=True).stdout)
    rows = [Row(f"{title}, median", "µs"), Row(f"{title}, p99", "µs")]
    rows[0].add(WORKER, statistics.median(times))
    rows[1].add(WORKER, percentile(times, 0.99))
    return rows


def beside_a_storm(effort: Effort) -> list[Row]:
    """/health while a thousand calls wait, a client lists them without a break, and bodies arrive at once."""
    storm, ratio = Row("/health p99, 1000 bodies at once, /calls of 1000", "µs"), Row("  storm/idle", "ratio")
    body = b'{"args":["' + b"x" * 30_000 + b'"],"kwargs":{"ms":0}}'
    head = b"POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    with Server(WORKER, "Block") as server:
        idle = health_p99(server, effort, 0, 0)
        waiting = [server.send("/execute", b'{"args":[],"kwargs":{"ms":60000}}') for _ in range(1000)]
        wait_until(server, 4)
        clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(1000)]
        for client in clients:
            client.sendall(head + body[:-1])
        ended = threading.Event()

        def list_calls() -> None:
            while not ended.is_set():
                server.get("/calls")

        def complete() -> None:
            time.sleep(effort.window / 2)
            for client in clients:
                client.sendall(body[-1:])

        threads = [threading.Thread(target=list_calls), threading.Thread(target=complete)]
        for thread in threads:
            thread.start()
        value = server.load("-c", 1, "-d", effort.window, "-w", effort.warmup)["p99_us"]
        ended.set()
        for thread in threads:
            thread.join()
        for client in [*clients, *waiting]:
            client.close()
    storm.add(WORKER, value)
    ratio.add(WORKER, value / idle)
    return [storm, ratio]


def beside_one_call(kinds: Sequence[str]) -> Row:
    """One /health, sent 50 ms after a call that takes 500 ms."""
    row = Row("/health during a call of 500 ms", "ms")
    for kind in (WORKER, ORIGINAL):
        if kind not in kinds:
            continue
        with Server(kind, "Block") as server, server.send("/execute", b'{"args":[],"kwargs":{"ms":500}}'):
            time.sleep(0.05)
            row.add(kind, server.load("-n", 1)["p50_us"] / 1000)
    return row
