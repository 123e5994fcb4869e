"""Streams: read to the end, read slowly, with a deadline, left in the middle."""

import asyncio
import json
import random

from client import Answer, Client, Head
from session import Session, call, post
from worker import Failure, expect


def expect_lines(session: Session, what: str, body: bytes, end: str | None, count: int, may_fail: bool) -> None:
    """Whether the lines are those of the plugin, in order, and the last one is as its trailer says."""
    expect(body == b"" or body.endswith(b"\n"), f"{what}: the last line has no end: {body[-100:]!r}")
    try:
        lines = [json.loads(line) for line in body.split(b"\n")[:-1]]
    except ValueError as error:
        raise Failure(f"{what}: a line is no JSON: {error}") from None
    session.answers[f"{what} {end}"] += 1
    if end in ("error", "cancelled"):
        last = lines.pop() if lines else None
        expect(
            isinstance(last, dict) and list(last) == ["error"] and isinstance(last["error"], str),
            f"{what}: a stream that ended as {end} has the last line {last}",
        )
        expect(end == "cancelled" or may_fail or session.is_ending, f"{what}: it ended in {last}")
    else:
        expect(end == "complete", f"{what}: the trailer X-Stream-End is {end}")
        expect(len(lines) == count, f"{what}: {len(lines)} lines of {count}")
    numbers = [line.get("i") for line in lines]
    expect(numbers == list(range(len(lines))), f"{what}: lines are missing or out of order: {numbers[:20]}")


async def begin(
    session: Session, client: Client, dice: random.Random, what: str, body: bytes, *lines: str
) -> Head | None:
    """Sends the request; the header block, or None where the answer is an ordinary one."""
    await client.send(post("/execute_stream", body, *lines))
    head = await client.head()
    if head.status != 200:
        length = int(head.headers["content-length"])
        answer = Answer(head, await client.reader.readexactly(length))
        session.take(what, answer, {503, 504} if lines else {503})
        return None
    expect(head.headers.get("content-type") == "application/x-ndjson", f"{what}: {head.headers}")
    expect(head.headers.get("trailer") == "X-Stream-End", f"{what}: {head.headers}")
    return head


async def read(
    session: Session, dice: random.Random, what: str, count: int, pad: int, pause: float, *lines: str
) -> None:
    """A stream to its end, with a pause after each chunk; the pauses together last a second at most."""
    async with session.client(dice) as client:
        body = call(mode="lines", count=count, pad=pad)
        if not await begin(session, client, dice, what, body, *lines):
            return
        data, trailers, left = bytearray(), dict[str, str](), 1.0
        async for chunk in client.chunks(trailers):
            data += chunk
            if pause and left > 0:
                left -= pause
                await asyncio.sleep(pause)
        expect_lines(session, what, bytes(data), trailers.get("x-stream-end"), count, bool(lines))


async def stream(session: Session, dice: random.Random) -> None:
    await read(session, dice, "stream", dice.choice([0, 1, 10, 500]), dice.choice([0, 100]), 0)


async def stream_slowly(session: Session, dice: random.Random) -> None:
    """More than the worker and the sockets hold, so that the plugin has to wait."""
    await read(session, dice, "slow stream", 120, 8_000, dice.random() * 0.02)


async def stream_briefly(session: Session, dice: random.Random) -> None:
    limit = dice.choice(["0.0005", "0.005", "0.02"])
    await read(session, dice, "brief stream", 400, 500, 0, f"X-Timeout: {limit}")


async def stream_old(session: Session, dice: random.Random) -> None:
    """By HTTP/1.0: no chunks and no trailer, and the end of the connection is that of the stream."""
    async with session.client(dice, fresh=True) as client:
        await client.send(post("/execute_stream", call(mode="lines", count=50), version="1.0"))
        head = await client.head()
        expect(head.closes, f"a stream by HTTP/1.0 does not close: {head.headers}")
        body = await client.rest()
        if head.status == 200:
            expect(body.endswith(b"\n") or session.is_ending, f"a stream by HTTP/1.0 ends in {body[-100:]!r}")
            session.answers["HTTP/1.0 stream 200"] += 1
        else:
            session.take("HTTP/1.0 stream", Answer(head, body), {503})


async def stream_left(session: Session, dice: random.Random) -> None:
    """Closed or reset in the middle, with lines on their way or none."""
    what = "stream that is left"
    body = call(mode="lines", count=5_000, pad=1_000) if dice.random() < 0.7 else call(mode="block", ms=80)
    async with session.client(dice, fresh=True) as client:
        if not await begin(session, client, dice, what, body):
            return
        left = dice.randrange(300_000)
        if left % 2 and b"lines" in body:
            async for chunk in client.chunks({}):
                left -= len(chunk)
                if left < 0:
                    break
        else:
            await asyncio.sleep(dice.random() * 0.02)
        client.is_usable = False
        session.answers[f"{what} 200"] += 1
