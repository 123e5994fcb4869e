"""Clients that go away at any point, send too much or what is no HTTP, or come in crowds."""

import asyncio
import random

from client import Client
from mix_calls import send_chunked
from session import MAX_BODY, Session, call, get, post
from worker import expect

# The worker reads a body to its end if it announces at most so much too much.
SMALL_OVERRUN = 256 << 10
FLOOD = 400
FRAMING = [
    b"Host: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Host: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"Host: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"Host: localhost\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Length: 2\r\n\r\n{}",
    b"Host : localhost\r\nContent-Length: 2\r\n\r\n{}",
]


async def leave(session: Session, dice: random.Random) -> None:
    """A request that is cut at a random byte, or sent whole, by a client that goes away then."""
    request = dice.choice([
        get("/health"), post("/initialize", b'{"left":true}'), post("/execute", call(["x" * 40_000])),
        post("/execute", call(mode="block", ms=80)), post("/execute_stream", call(mode="block", ms=80)),
        post("/execute_stream", call(mode="lines", count=3_000, pad=500)), post("/cancel"), post("/cleanup"),
    ])  # fmt: skip
    cut = dice.randrange(len(request)) if dice.random() < 0.4 else len(request)
    async with session.client(dice, fresh=dice.random() < 0.8) as client:
        await client.send(request[:cut])
        if dice.random() < 0.7:
            await asyncio.sleep(dice.random() * 0.02)
        client.is_usable = False
    session.answers["left"] += 1


async def half_close(session: Session, dice: random.Random) -> None:
    """A client that ends its direction has disconnected: the worker closes, whatever it was doing."""
    request = dice.choice([
        get("/health"), post("/execute", call(mode="block", ms=80)), post("/execute", call([1]))[:-3],
        post("/execute_stream", call(mode="block", ms=80)), b"GET /hea",
    ])  # fmt: skip
    async with session.client(dice, fresh=True) as client:
        await client.send(request)
        await asyncio.sleep(dice.random() * 0.02)
        client.half_close()
        await client.rest()
    session.answers["half-closed"] += 1


async def oversized(session: Session, dice: random.Random) -> None:
    """A body that is too large by little or by much, announced or not: 413 that can be read."""
    excess = dice.choice([1, SMALL_OVERRUN // 2, SMALL_OVERRUN + 1, MAX_BODY // 2])
    body = b"x" * (MAX_BODY + excess)
    async with session.client(dice, fresh=True) as client:
        kind = dice.choice(["announced", "chunked", "expecting"])
        if kind == "announced":
            sending = client.send(post("/execute", body))
        elif kind == "chunked":
            sending = send_chunked(client.send, "/execute", body, 100_000)
        else:
            sending = client.send(post("/execute", body, "Expect: 100-continue")[: -len(body)])
        sent = asyncio.create_task(sending)
        try:
            answer = await client.answer()
            # Until a chunked one is known to be too large it takes up what --max-buffered allows.
            session.take(f"oversized execute, {kind}", answer, {413, 503} if kind == "chunked" else {413})
            if kind == "announced":
                expect(answer.head.closes, "a 413 keeps its connection")
        finally:
            # What is not sent yet need not be.
            sent.cancel()
            await asyncio.gather(sent, return_exceptions=True)
            client.is_usable = False


async def misframed(session: Session, dice: random.Random) -> None:
    """Framing that is ambiguous: 400, and the end of the connection."""
    async with session.client(dice, fresh=True) as client:
        await client.send(b"POST /execute HTTP/1.1\r\n" + dice.choice(FRAMING))
        data = await client.rest()
        session.answers["misframed"] += 1
        is_refused = data.startswith(b"HTTP/1.1 400 ") or data.startswith(b"HTTP/1.0 400 ")
        expect(is_refused or session.is_ending, f"ambiguous framing is answered {data[:300]!r}")


async def garbage(session: Session, dice: random.Random) -> None:
    """What is no HTTP, or too long a header block: any error of libmicrohttpd's, or the end."""
    data = dice.choice([
        dice.randbytes(200) + b"\r\n\r\n", b"GET /health HTTP/2.0\r\n\r\n", b"\r\n\r\n\r\n", b"\x16\x03\x01\x02",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
    ])  # fmt: skip
    async with session.client(dice, fresh=True) as client:
        await client.send(data)
        client.half_close()
        answer = await client.rest()
        session.answers["garbage"] += 1
        expect(not answer or answer[:9] in (b"HTTP/1.1 ", b"HTTP/1.0 "), f"garbage is answered {answer[:300]!r}")
        expect(not answer.startswith(b"HTTP/1.1 200"), f"garbage {data[:80]!r} is answered {answer[:300]!r}")


async def flood(session: Session, dice: random.Random) -> None:
    """A crowd of connections up to near the limit, some with a request, some silent, and all gone at once."""
    if session.is_flooded:
        return
    session.is_flooded = True
    crowd: list[Client] = []
    try:
        for _ in range(dice.randrange(FLOOD)):
            client = await Client.open(session.port)
            crowd.append(client)
            if dice.random() < 0.5:
                await client.send(dice.choice([get("/health"), b"POST /exe", post("/execute", call([1]))]))
        session.answers["flood"] += 1
    finally:
        for client in crowd:
            client.close(resets=dice.random() < 0.5)
        session.is_flooded = False
    # The worker may need a moment for all of their ends; until then they count as connections.
    await asyncio.sleep(0.2)
