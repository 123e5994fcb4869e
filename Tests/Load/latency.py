"""How long /health takes on one keep-alive connection."""

import socket
import time
from dataclasses import dataclass

from worker import Failure, Worker

REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
BATCHES, BATCH = 10, 300


@dataclass(frozen=True)
class Latency:
    """In seconds; `calm` is the median of the calmest batch, as noise of the machine only adds."""

    median: float
    p99: float
    calm: float

    def __str__(self) -> str:
        return f"p50 {self.median * 1e6:.0f} us, p99 {self.p99 * 1e6:.0f} us, calmest p50 {self.calm * 1e6:.0f} us"


def measure(worker: Worker) -> Latency:
    """Asks for /health, one request after the other, on a connection of its own."""
    batches = []
    with worker.connect() as client:
        for _ in range(BATCHES):
            batches.append(sorted(_ask(client) for _ in range(BATCH)))
    times = sorted(time for batch in batches for time in batch)
    calm = min(batch[len(batch) // 2] for batch in batches)
    return Latency(times[len(times) // 2], times[len(times) * 99 // 100], calm)


def _ask(client: socket.socket) -> float:
    begin = time.perf_counter()
    client.sendall(REQUEST)
    answer = client.recv(4096)
    took = time.perf_counter() - begin
    if not answer.startswith(b"HTTP/1.1 200 ") or b'"status":"running"' not in answer:
        raise Failure(f"/health is answered {answer[:200]!r}")
    return took
