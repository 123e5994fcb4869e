"""Bursts: hundreds of small requests in one piece, so that a load has as many answers as a worker can give."""

import asyncio
import json
import random
import re
from collections.abc import Set
from dataclasses import dataclass, field

from client import Client, Gone
from mix_calls import ANY_TIME
from mix_control import DOCUMENTS
from session import Session, call, get, post
from worker import expect

LONGEST = 256
# After so many answers the other tasks have their turns.
TURN = 32
HEAD = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n(?:[^\r\n]+\r\n)*?Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n")


@dataclass(eq=False)
class Step:
    """A request, the statuses that it may get, and what the JSON of a 200 is, if it is always the same."""

    what: str
    request: bytes
    allowed: Set[int] = frozenset({200})
    result: object = None
    # Bodies that have been looked at, so that the same one need not be again.
    known: set[bytes] = field(default_factory=set)


ECHO = {"args": [7, "é"], "kwargs": {"x": 1}}
# How often each is asked for, in proportion.
STEPS: dict[Step, int] = {
    **{Step(path, get(path)): 8 for path in DOCUMENTS if path not in ("/stats", "/health/ready")},
    Step("/health/ready", get("/health/ready"), {200, 503}): 8,
    Step("execute", post("/execute", call([7, "é"], x=1)), ANY_TIME, ECHO): 40,
    Step("execute", post("/execute", call(mode="fail")), {409, 500, 503}): 2,
    Step("/stats", get("/stats")): 1, Step("/metrics", get("/metrics")): 1,
    Step("/", get("/")): 1, Step("/openapi.json", get("/openapi.json")): 1,
    Step("nowhere", get("/nowhere"), {404}): 4, Step("wrong method", get("/execute"), {405}): 4,
    Step("foreign host", get("/config").replace(b"localhost", b"example.com"), {403}): 4,
    Step("initialize", post("/initialize", b'{"round":1}'), {200, 503}, {"status": "ok"}): 1,
    Step("cleanup", post("/cleanup"), result={"status": "cleaned"}): 1,
    Step("cancel", post("/cancel"), result={"status": "cancelled"}): 1,
    Step("cancel one", post("/cancel/nobody"), {404}): 4,
}  # fmt: skip


async def burst(session: Session, dice: random.Random) -> None:
    steps = dice.choices(list(STEPS), list(STEPS.values()), k=dice.randrange(LONGEST // 4, LONGEST))
    async with session.client(dice) as client:
        await client.send(b"".join(step.request for step in steps))
        data, place = bytearray(), 0
        for number, step in enumerate(steps):
            if number % TURN == 0:
                await asyncio.sleep(0)
            while not (head := HEAD.match(data, place)) or len(data) < head.end() + int(head[2]):
                del data[:place]
                place = 0
                await more(client, data)
            place = head.end() + int(head[2])
            take(session, step, int(head[1]), bytes(data[head.end() : place]))
            if b"\r\nConnection: close\r\n" in head[0]:
                # The room under --max-buffered was taken; what came behind is not answered.
                client.is_usable = False
                expect(int(head[1]) == 503, f"{step.what} in a burst ends its connection with {head[1]!r}")
                return


async def more(client: Client, data: bytearray) -> None:
    try:
        received = await client.reader.read(1 << 16)
    except ConnectionError as error:
        raise Gone(str(error)) from None
    if not received:
        raise Gone("in a burst")
    data += received


def take(session: Session, step: Step, status: int, body: bytes) -> None:
    session.answers[f"{step.what} in a burst {status}"] += 1
    allowed = step.allowed | {409, 503} if session.is_ending else step.allowed
    expect(status in allowed, f"{step.what} in a burst is answered {status}: {body[:300]!r}")
    if status != 200:
        expect(body.startswith((b'{"detail":"', b'{"status":"not_ready"')), f"a {status} says {body[:300]!r}")
    elif body in step.known:
        return
    elif step.result is not None:
        expect(json.loads(body) == step.result, f"{step.what} in a burst answers {body[:300]!r}")
        step.known.add(body)
    elif step.what in DOCUMENTS:
        expect(DOCUMENTS[step.what](json.loads(body)), f"{step.what} answers {body[:300]!r}")
