#!/usr/bin/env python3
"""Ten thousand idle keep-alive connections: what they cost, and what they leave behind.

    connections.py [--count 10000] [--binary PATH] [-- WORKER FLAGS]

The release binary with Examples/Echo, and its default flags but for --max-connections, as one more
connection than the idle ones measures: /health before them, beside them and after them. What
follows `--` is passed to the worker, such as `-- --max-header 8192`. Needs `make build fixtures`.
"""

import argparse
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from latency import Latency, measure
from worker import ECHO, RELEASE, Failure, Memory, Worker, allow_descriptors, expect, until

HERE = Path(__file__).resolve().parent
# What ten thousand connections may add to the worker, resident, in bytes; fewer in proportion.
MEMORY_LIMIT = 150e6 / 10_000
# What the same connections a second time may take beyond the first, resident: 200 bytes each.
REPEAT_LIMIT = 200
# Bytes that may stay resident afterwards.
KEPT_LIMIT = 8e6
# "As fast as before", on a machine that does something else now and then.
SLOWDOWN_LIMIT = 2.0
PATIENCE = 60.0
EXECUTE = b'POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n{"args":[1]}'


class IdleClients:
    """The process that holds the idle connections, from its start to the end of a `with`."""

    def __init__(self, port: int, count: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "idle_clients.py"), str(port), str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _wait_for(self, word: str) -> None:
        assert self.process.stdout and self.process.stderr
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            raise Failure(f"the clients are not '{word}' after {PATIENCE:.0f} s")
        if self.process.stdout.readline().decode().strip() != word:
            raise Failure(f"the clients: {self.process.stderr.read().decode().strip()}")

    def __enter__(self) -> None:
        try:
            self._wait_for("open")
        except Failure:
            self._kill()
            raise

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        try:
            if not failure:
                assert self.process.stdin
                self.process.stdin.write(b"\n")
                self.process.stdin.flush()
                self._wait_for("closed")
        finally:
            self._kill()

    def _kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def warm_up(worker: Worker) -> None:
    """One of each request, so that what they allocate for good is not put down to connections."""
    with worker.connect() as client:
        client.sendall(EXECUTE)
        expect(client.recv(4096).startswith(b"HTTP/1.1 200 "), "/execute is not answered 200")
    measure(worker)


def check_memory(before: Memory, beside: Memory, count: int) -> None:
    added = Memory(beside.resident - before.resident, beside.anonymous - before.anonymous)
    print(f"added by {count} connections: {added}; {added.resident / count:.0f} bytes each")
    expect(
        added.resident < MEMORY_LIMIT * count,
        f"{count} idle connections take {added.resident / 1e6:.1f} MB, {MEMORY_LIMIT * count / 1e6:.1f} MB or more",
    )


def check_latency(when: str, before: Latency, now: Latency) -> None:
    ratio = now.calm / before.calm
    print(
        f"/health {when}: {now}; {now.median / before.median:.2f} x p50, "
        f"{now.p99 / before.p99:.2f} x p99, {ratio:.2f} x calmest p50"
    )
    expect(ratio <= SLOWDOWN_LIMIT, f"/health {when} takes {ratio:.2f} times as long as before")


def check_repeat(first: Memory, second: Memory, count: int) -> None:
    """What a connection leaves behind would be taken again, rather than used again."""
    grown = (second.resident - first.resident) / count
    print(f"beside as many again: {second}; {grown:.0f} bytes each more than the first time")
    expect(grown < REPEAT_LIMIT, f"each connection leaves {grown:.0f} bytes behind, {REPEAT_LIMIT} or more")


def check_return(worker: Worker, descriptors: list[str], threads: list[str], idle: Memory) -> None:
    """After the last connection: nothing is held for those that were there, nor kept by malloc."""
    facts = worker.facts
    is_back = until(lambda: facts.descriptors() == descriptors and facts.threads() == threads, 10)
    # Memory is given back when nothing has happened for a second.
    has_given_back = until(lambda: facts.memory().resident - idle.resident < KEPT_LIMIT, 10)
    print(f"afterwards: {facts.memory()}; {facts.descriptor_count()} descriptors, {len(facts.threads())} threads")
    expect(
        is_back,
        f"{len(descriptors)} descriptors and the threads {threads} have become "
        f"{facts.descriptor_count()} and {facts.threads()} 10 s after the last connection",
    )
    kept = facts.memory().resident - idle.resident
    expect(has_given_back, f"{kept / 1e6:.1f} MB more than before are resident 10 s after the last connection")


def run(worker: Worker, count: int) -> list[str]:
    """Measures all that can be measured, and returns what was wrong with it."""
    facts = worker.facts
    descriptors = facts.descriptors()
    warm_up(worker)
    expect(until(lambda: facts.descriptors() == descriptors, 10), "a connection outlives its client by 10 s")
    idle, threads = facts.memory(), facts.threads()
    print(f"idle: {idle}; {len(descriptors)} descriptors, {len(threads)} threads")
    before = measure(worker)
    print(f"/health before: {before}")

    failures: list[str] = []

    def note(check: Callable[[], None]) -> None:
        try:
            check()
        except Failure as failure:
            failures.append(str(failure))

    with IdleClients(worker.port, count):
        beside = facts.memory()
        print(f"beside {count} connections: {beside}; {facts.descriptor_count()} descriptors")
        note(lambda: check_memory(idle, beside, count))
        note(lambda: check_latency("beside them", before, measure(worker)))
    note(lambda: check_return(worker, descriptors, threads, idle))
    note(lambda: check_latency("after them", before, measure(worker)))
    with IdleClients(worker.port, count):
        note(lambda: check_repeat(beside, facts.memory(), count))
    note(lambda: check_return(worker, descriptors, threads, idle))
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description="Idle connections: what they cost and leave behind.")
    parser.add_argument("--count", type=int, default=10_000, help="idle connections [10000]")
    parser.add_argument("--binary", type=Path, default=RELEASE, help="the worker [the release build]")
    parser.add_argument("flags", nargs="*", help="more flags of the worker, behind --")
    arguments = parser.parse_args()
    worker = None
    try:
        # The worker inherits the limit.
        allow_descriptors(arguments.count + 100)
        limit = ["--max-connections", str(arguments.count + 50)]
        worker = Worker(arguments.binary, ECHO, "Echo", [*limit, *arguments.flags])
        failures = run(worker, arguments.count)
        worker.terminate()
        code = worker.exit_code(5)
        expect(code == 0, f"the worker ends with {code} after SIGTERM, not with 0")
    except Failure as stopped:
        failures = [str(stopped)]
    finally:
        if worker:
            worker.kill()
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
