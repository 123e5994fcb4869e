"""What is answered whatever the plugin does: health, calls, progress, cancelling."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from client import Answer, Client
from session import Session, call, get, post
from worker import expect


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_progress(body: Any) -> bool:
    fraction = body.get("progress")
    return is_number(fraction) and (fraction == -1 or 0 <= fraction <= 1) and isinstance(body["message"], str)


def is_call(entry: Any) -> bool:
    return (
        entry["state"] in ("queued", "running", "cancelling")
        and entry["endpoint"].startswith("/")
        and is_number(entry["age_seconds"])
        and is_progress(entry)
    )


# Each with what is to be true of the JSON of a 200.
DOCUMENTS: dict[str, Callable[[Any], bool]] = {
    "/health": lambda body: body["status"] == "running" and body["state"] in ("ready", "loading", "draining"),
    "/health/live": lambda body: body == {"status": "live"},
    "/health/ready": lambda body: body == {"status": "ready"},
    "/calls": lambda body: all(is_call(entry) for entry in body["calls"]),
    "/stats": lambda body: is_number(body["cpu_percent"]) and body["memory_rss_mb"] > 1,
    "/config": lambda body: isinstance(body, dict),
    "/config_schema": lambda body: body == {"type": "object"},
    "/progress": is_progress,
}


def expect_document(session: Session, path: str, answer: Answer, has_body: bool = True) -> None:
    # An initialize that runs makes the worker not ready.
    allowed = {200, 503} if path == "/health/ready" else {200}
    if not has_body:
        expect(answer.status in allowed, f"HEAD {path} is answered {answer.status}")
    elif session.take(path, answer, allowed):
        expect(DOCUMENTS[path](answer.json()), f"{path} answers {answer.body[:500]!r}")


async def document(session: Session, dice: random.Random) -> None:
    path = dice.choice(list(DOCUMENTS))
    method = "HEAD" if dice.random() < 0.1 else "GET"
    async with session.client(dice) as client:
        await client.send(get(path, method, version="1.0" if dice.random() < 0.05 else "1.1"))
        expect_document(session, path, await client.answer(method == "GET"), method == "GET")


async def wrong(session: Session, dice: random.Random) -> None:
    """A path or a method that does not exist."""
    request, status = dice.choice([
        (get("/nowhere"), 404), (get("/health/"), 404), (get("/execute"), 405), (get("/he%61lth", "PUT"), 405),
        (post("/health"), 405), (get("/progress/nobody"), 404), (post("/cancel/nobody"), 404),
        (b"GET /health HTTP/1.1\r\nHost: example.com\r\n\r\n", 403),
        (b"POST /execute HTTP/1.1\r\nHost: localhost\r\n\r\n", 411),
    ])  # fmt: skip
    async with session.client(dice) as client:
        await client.send(request)
        session.take("wrong path or method", await client.answer(), {status})


async def pipelined(session: Session, dice: random.Random) -> None:
    """Several requests in one piece, answered in their order."""
    paths = [dice.choice(["execute", *DOCUMENTS]) for _ in range(dice.randrange(2, 12))]
    requests = [
        post("/execute", call([number])) if path == "execute" else get(path) for number, path in enumerate(paths)
    ]
    async with session.client(dice) as client:
        await client.send(b"".join(requests))
        for number, path in enumerate(paths):
            answer = await client.answer()
            if path != "execute":
                expect_document(session, path, answer)
            elif session.take("pipelined execute", answer, {200, 409, 503}):
                expect(answer.json()["args"] == [number], f"pipelined call {number} gets {answer.body!r}")


async def cancel_all(session: Session, dice: random.Random) -> None:
    async with session.client(dice) as client:
        await client.send(post("/cancel"))
        expect_cancelled(session, "cancel", await client.answer(), {200})


def expect_cancelled(session: Session, what: str, answer: Answer, allowed: set[int]) -> None:
    if session.take(what, answer, allowed):
        expect(answer.json() == {"status": "cancelled"}, f"{what} answers {answer.body!r}")


async def cancel_one(session: Session, dice: random.Random) -> None:
    """A call that is asked for its progress and cancelled by its name, while it waits, runs or has ended."""
    name = session.name()
    path = dice.choice(["/execute", "/execute_stream"])
    async with session.client(dice, fresh=True) as caller, session.client(dice) as client:
        body = call(mode="block", ms=dice.randrange(80))
        await caller.send(post(path, body, f"X-Request-Id: {name}"))
        await asyncio.sleep(dice.random() * 0.03)
        await client.send(get(f"/progress/{name}"))
        answer = await client.answer()
        if session.take("/progress/ID", answer, {200, 404}):
            expect(is_progress(answer.json()), f"/progress/ID answers {answer.body!r}")
        if not client.is_usable:  # the worker ends, and the call's answer is left behind
            caller.is_usable = False
            return
        await client.send(post(f"/cancel/{name}"))
        expect_cancelled(session, "cancel one", await client.answer(), {200, 404})
        if path == "/execute":
            session.take("cancelled execute", await caller.answer(), {200, 409, 503})
        else:
            await end_of_stream(session, caller)


async def end_of_stream(session: Session, caller: Client) -> None:
    head = await caller.head()
    if head.status != 200:
        length = int(head.headers["content-length"])
        session.take("cancelled stream", Answer(head, await caller.reader.readexactly(length)), {503})
        return
    trailers: dict[str, str] = {}
    async for _ in caller.chunks(trailers):
        pass
    end = trailers.get("x-stream-end")
    session.answers[f"cancelled stream {end}"] += 1
    expect(end in ("complete", "cancelled") or session.is_ending, f"a cancelled stream ends as {end}")
