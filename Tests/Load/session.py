"""What the tasks of one load share: the worker's port, kept connections, and what is allowed now."""

import contextlib
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Set
from typing import Any

from client import Answer, Client
from worker import expect

# Flags of the worker, small enough that a load meets them.
MAX_BODY = 2 << 20
MAX_CONNECTIONS = 600
FLAGS = [
    "--max-body", str(MAX_BODY),
    "--max-buffered", str(12 << 20),
    "--max-connections", str(MAX_CONNECTIONS),
    "--max-queue", "12",
    # Longer than any round, so that what lingers is seen.
    "--idle-timeout", "86400",
    # A busy machine may keep this side from sending what it has begun.
    "--header-timeout", "60",
]  # fmt: skip
KEPT = 12
Check = Callable[[Answer], None]


class Session:
    """One load. `is_ending` is set before the worker is told to end: from then on more is allowed."""

    def __init__(self, port: int, patience: float) -> None:
        self.port = port
        self.patience = patience
        self.is_ending = False
        self.is_flooded = False
        self.is_over = False
        self.answers: Counter[str] = Counter()
        self._kept: list[Client] = []
        self._names = 0

    @contextlib.asynccontextmanager
    async def client(self, dice: random.Random, fresh: bool = False) -> AsyncIterator[Client]:
        """A connection, new or kept from before; kept, closed or reset afterwards."""
        if self._kept and not fresh and dice.random() < 0.7:
            client = self._kept.pop(dice.randrange(len(self._kept)))
        else:
            client = await Client.open(self.port)
        may_keep = False
        try:
            yield client
            may_keep = client.is_usable and len(self._kept) < KEPT
        finally:
            if may_keep:
                self._kept.append(client)
            else:
                client.close(resets=dice.random() < 0.5)

    def let_go(self) -> None:
        """Closes what was kept."""
        while self._kept:
            self._kept.pop().close()

    def name(self) -> str:
        """A name for a call that no other has."""
        self._names += 1
        return f"load-{self._names}"

    def take(self, what: str, answer: Answer, allowed: Set[int]) -> bool:
        """Notes an answer, and checks its status and its body if it is an error; True if it is 200."""
        self.answers[f"{what} {answer.status}"] += 1
        if self.is_ending and answer.status in (409, 503):
            allowed = {*allowed, answer.status}
        expect(answer.status in allowed, f"{what} is answered {answer.status}: {answer.body[:300]!r}")
        if answer.status == 200:
            return True
        body = answer.json()
        is_reason = isinstance(body, dict) and (
            isinstance(body.get("detail"), str) or body.get("status") == "not_ready"
        )
        expect(is_reason, f"{what}: a {answer.status} says {answer.body[:300]!r}")
        if answer.status == 503 and "detail" in body:
            expect("retry-after" in answer.head.headers, f"{what}: a 503 without Retry-After")
        return False


def post(path: str, body: bytes = b"", *lines: str, version: str = "1.1") -> bytes:
    head = [f"POST {path} HTTP/{version}", "Host: localhost", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


def get(path: str, method: str = "GET", version: str = "1.1") -> bytes:
    return f"{method} {path} HTTP/{version}\r\nHost: localhost\r\n\r\n".encode()


def call(args: list[Any] | None = None, **kwargs: Any) -> bytes:
    """The body of an execute or a stream."""
    return json.dumps({"args": args or [], "kwargs": kwargs}).encode()
