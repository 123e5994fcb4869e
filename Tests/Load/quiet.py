"""What is to be true of a worker when the load has gone: nothing is left of it."""

import json
import re
from collections import Counter
from typing import Any

from session import call, get, post
from worker import Facts, Memory, Worker, expect, until

PATIENCE = 10.0
# Threads that a worker starts when they are first needed, and keeps: docs/architecture.md.
KEPT_THREADS = re.compile(r"uw-exec-[0-3]|uw-cancel|uw-timers|uw-validate|uw-stats|uw-watchdog")
# What a round may add to the resident memory of a worker that has been through the same before:
# the allocator's buffers are not laid out in the same way twice.
RESIDENT_SHARE, RESIDENT_FLOOR = 0.10, 4_000_000
# What it may add to what malloc has given out: caches of threads.
IN_USE_LIMIT = 1_000_000


def ask(worker: Worker, request: bytes) -> Any:
    """The JSON of an answer, on a connection that is closed afterwards."""
    with worker.connect() as client:
        client.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        data = b""
        while received := client.recv(65_536):
            data += received
    head, _, body = data.partition(b"\r\n\r\n")
    expect(head.startswith(b"HTTP/1.1 200 "), f"{request[:40]!r} is answered {data[:300]!r}")
    return json.loads(body)


class Start:
    """A worker before the load, with one connection that stays, idle, as that of a host may.

    Beside it a connection that libmicrohttpd has overlooked stays too; alone, the next one to come
    would have it found.
    """

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.host = worker.connect()
        self.host.sendall(get("/health"))
        expect(self.host.recv(4096).startswith(b"HTTP/1.1 200 "), "/health is not answered at the start")
        self.descriptors = Counter(worker.facts.descriptors())
        self.threads = Counter(worker.facts.threads())

    def close(self) -> None:
        self.host.close()

    def check(self) -> None:
        """Waits until calls, connections and threads of the load are gone."""
        facts = self.worker.facts
        is_idle = until(lambda: ask(self.worker, get("/calls")) == {"calls": []}, PATIENCE)
        expect(is_idle, f"/calls is {ask(self.worker, get('/calls'))} {PATIENCE:.0f} s after the last client")
        is_closed = until(lambda: self._descriptors(facts) == self.descriptors, PATIENCE)
        more = self._descriptors(facts) - self.descriptors
        fewer = self.descriptors - self._descriptors(facts)
        expect(
            is_closed,
            f"{PATIENCE:.0f} s after the last client there are descriptors more {dict(more)} and fewer {dict(fewer)}",
        )
        has_ended = until(lambda: not self._strange_threads(facts), PATIENCE)
        expect(has_ended, f"{PATIENCE:.0f} s after the last client threads are left: {self._strange_threads(facts)}")
        # Names, not counts: a thread has the name of the one that started it until it takes its own.
        # What loads the plugin ends when it is loaded, perhaps after the start was looked at.
        missing = set(self.threads) - set(facts.threads()) - {"uw-load"}
        expect(not missing, f"threads are missing: {sorted(missing)}")

    def _descriptors(self, facts: Facts) -> Counter[str]:
        return Counter(facts.descriptors())

    def _strange_threads(self, facts: Facts) -> list[str]:
        found = Counter(facts.threads())
        more = found - self.threads
        return [name for name, count in more.items() if found[name] > 1 or not KEPT_THREADS.fullmatch(name)]


class Usage:
    """The memory of a worker at rest: resident, and what malloc has given out."""

    def __init__(self, worker: Worker) -> None:
        # The least of several, as another thread may be about to free something.
        self.in_use: int = min(ask(worker, post("/execute", call(mode="memory")))["in_use"] for _ in range(10))
        self.memory: Memory = worker.facts.memory()

    def __str__(self) -> str:
        return f"{self.memory}, {self.in_use / 1e6:.2f} MB in use"

    def check(self, before: "Usage", answers: int) -> None:
        """Whether a round of so many answers has left no more than the same round before it."""
        resident = self.memory.resident - before.memory.resident
        limit = max(RESIDENT_FLOOR, RESIDENT_SHARE * before.memory.resident)
        in_use = self.in_use - before.in_use
        expect(
            resident <= limit,
            f"a second round of {answers} answers adds {resident / 1e6:.1f} MB of resident memory, "
            f"more than {limit / 1e6:.1f} MB",
        )
        expect(
            in_use <= IN_USE_LIMIT,
            f"a second round of {answers} answers adds {in_use} bytes to what malloc has given out, "
            f"more than {IN_USE_LIMIT}",
        )


def check_leak_detection(worker: Worker) -> None:
    """A leak made on purpose is seen."""
    before = Usage(worker)
    for _ in range(20):
        ask(worker, post("/execute", call(mode="leak", bytes=IN_USE_LIMIT // 10)))
    grown = Usage(worker).in_use - before.in_use
    expect(grown > IN_USE_LIMIT, f"a leak of {2 * IN_USE_LIMIT} bytes made on purpose shows as one of {grown}")
