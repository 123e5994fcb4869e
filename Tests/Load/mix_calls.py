"""Executes, initializes and cleanups: calls that have one answer."""

import asyncio
import random
from typing import Any

from client import Answer, Gone
from session import Session, call, post
from worker import expect

# Of every call: a client cancels all of them at any moment, and the queue is short.
ANY_TIME = {200, 409, 503}
INVALID = [
    b"", b" ", b"{", b"[]", b"7", b'{"args":{}}', b'{"kwargs":[]}', b'{"args":null}', b'{"args":[01]}',
    b'{"args":[NaN]}', b'{"args":[]} x', b'{"args":["\xff"]}', b'{"args":["\\ud800"]}',
    b'{"args":' + b"[" * 1200 + b"]" * 1200 + b"}", b'{"args":["' + b"x" * 300_000 + b'"',
]  # fmt: skip


def expect_echo(answer: Answer, args: list[Any], kwargs: dict[str, Any]) -> None:
    expect(answer.json() == {"args": args, "kwargs": kwargs}, f"an echo is {answer.body[:300]!r}")


async def execute_small(session: Session, dice: random.Random) -> None:
    args = [dice.randrange(1 << 70), "\u2028é", None, dice.random()]
    kwargs = {"deep": [[[{"x": dice.random()}]]], "mode": dice.choice(["echo", "change"])}
    name = session.name()
    async with session.client(dice) as client:
        await client.send(post("/execute", call(args, **kwargs), f"X-Request-Id: {name}"))
        answer = await client.answer()
        if session.take("execute", answer, ANY_TIME):
            expect_echo(answer, args, kwargs)
            found = answer.head.headers.get("x-request-id")
            expect(found == name, f"the answer to call {name} names {found}")


async def execute_large(session: Session, dice: random.Random) -> None:
    """A megabyte, which is validated on a thread of its own; as a string, or as many values."""
    args: list[Any] = ["x" * (1 << 20)] if dice.random() < 0.7 else list(range(150_000))
    body = call(args)
    is_chunked = dice.random() < 0.3
    async with session.client(dice) as client:
        try:
            if is_chunked:
                await send_chunked(client.send, "/execute", body, dice.randrange(1_000, 400_000))
            else:
                await client.send(post("/execute", body))
            answer = await client.answer()
        except Gone:
            # A 503 for want of room under --max-buffered closes before the body is read, so that
            # a reset may overtake it.
            client.is_usable = False
            session.answers["large execute cut off"] += 1
            return
        if session.take("large execute", answer, ANY_TIME):
            expect_echo(answer, args, {})


async def execute_invalid(session: Session, dice: random.Random) -> None:
    async with session.client(dice) as client:
        await client.send(post(dice.choice(["/execute", "/execute_stream"]), dice.choice(INVALID)))
        session.take("invalid execute", await client.answer(), {400})


async def execute_failing(session: Session, dice: random.Random) -> None:
    async with session.client(dice) as client:
        await client.send(post("/execute", call(mode="fail")))
        session.take("failing execute", await client.answer(), {500, 409, 503})


async def execute_blocking(session: Session, dice: random.Random) -> None:
    async with session.client(dice) as client:
        await client.send(post("/execute", call(mode="block", ms=dice.randrange(60))))
        session.take("blocking execute", await client.answer(), ANY_TIME)


async def execute_briefly(session: Session, dice: random.Random) -> None:
    """A deadline that passes in the queue, in the plugin, or just not."""
    limit = dice.choice(["0.0001", "0.001", "0.003", "0.01", "0.05"])
    async with session.client(dice) as client:
        await client.send(post("/execute", call(mode="block", ms=dice.randrange(30)), f"X-Timeout: {limit}"))
        session.take("brief execute", await client.answer(), {*ANY_TIME, 504})


async def execute_with_bad_headers(session: Session, dice: random.Random) -> None:
    line = dice.choice(["X-Timeout: soon", "X-Timeout: -1", "X-Request-Id: " + "x" * 129])
    async with session.client(dice) as client:
        await client.send(post("/execute", call(), line))
        session.take("execute with a bad header", await client.answer(), {400})


async def initialize(session: Session, dice: random.Random) -> None:
    async with session.client(dice) as client:
        await client.send(post("/initialize", b'{"round":%d}' % dice.randrange(100)))
        answer = await client.answer()
        if session.take("initialize", answer, {200, 503}):
            expect(answer.json() == {"status": "ok"}, f"initialize answers {answer.body!r}")


async def initialize_invalid(session: Session, dice: random.Random) -> None:
    body = dice.choice([b"", b"{", b"7", b"[1]", b'{"refuse":true}', b'"' + b"x" * 5_000 + b'"'])
    async with session.client(dice) as client:
        await client.send(post("/initialize", body))
        session.take("invalid initialize", await client.answer(), {400, 503})


async def cleanup(session: Session, dice: random.Random) -> None:
    async with session.client(dice) as client:
        await client.send(post("/cleanup", dice.choice([b"", b"{}", b"no json"])))
        answer = await client.answer()
        if session.take("cleanup", answer, {200}):
            expect(answer.json() == {"status": "cleaned"}, f"cleanup answers {answer.body!r}")


async def send_chunked(send: Any, path: str, body: bytes, size: int) -> None:
    await send(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        await send(b"%x\r\n%s\r\n" % (len(piece), piece))
    await send(b"0\r\n\r\n")


async def execute_slowly(session: Session, dice: random.Random) -> None:
    """A client that sends in drips, in the header block and in the body."""
    data = post("/execute", call(["slow"]))
    cuts = sorted(dice.sample(range(1, len(data)), dice.randrange(1, 8)))
    async with session.client(dice) as client:
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            await client.send(data[start:end])
            await asyncio.sleep(dice.random() * 0.03)
        answer = await client.answer()
        if session.take("slow execute", answer, ANY_TIME):
            expect_echo(answer, ["slow"], {})
