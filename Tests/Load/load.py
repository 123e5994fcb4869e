"""The load: tasks that do one random thing after the other, and one that asks for /health throughout."""

import asyncio
import random
import time
import traceback
from collections.abc import Awaitable, Callable

import mix_broken as broken
import mix_bursts as bursts
import mix_calls as calls
import mix_control as control
import mix_streams as streams
from client import Client, Gone
from session import Session, get
from worker import Failure, expect

Action = Callable[[Session, random.Random], Awaitable[None]]
# How often each is done, in proportion.
MIX: dict[Action, int] = {
    calls.execute_small: 20, calls.execute_large: 2, calls.execute_invalid: 5, calls.execute_failing: 3,
    calls.execute_blocking: 4, calls.execute_briefly: 5, calls.execute_with_bad_headers: 2,
    calls.execute_slowly: 3, calls.initialize: 2, calls.initialize_invalid: 2, calls.cleanup: 1,
    streams.stream: 10, streams.stream_slowly: 2, streams.stream_briefly: 4, streams.stream_old: 2,
    streams.stream_left: 6, control.document: 15, control.wrong: 4, control.pipelined: 6,
    control.cancel_all: 2, control.cancel_one: 6, broken.leave: 12, broken.half_close: 4,
    broken.oversized: 1, broken.misframed: 3, broken.garbage: 3, broken.flood: 1,
}  # fmt: skip
TASKS = 24
# After so many the rest would say the same.
MOST_FAILURES = 8
# What a host gives /health, which it asks from time to time.
HEALTH_PATIENCE = 2.0


class Load:
    """What is done to one worker, from `start` to `stop`; the same seed does the same things.

    Bursters send one burst after the other: most of the answers come to them, in little of the time.
    """

    def __init__(self, session: Session, seed: str, tasks: int = TASKS, bursters: int = 0) -> None:
        self.session = session
        self.seed = seed
        self.mixes = [MIX] * tasks + [{bursts.burst: 1}] * bursters
        self.failures: list[str] = []
        self.slowest_health = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._work(*task)) for task in enumerate(self.mixes)]
        self._tasks.append(asyncio.create_task(self._ask_health()))

    async def stop(self) -> None:
        """Has each task end what it does, and closes what they have kept."""
        self.session.is_over = True
        await asyncio.gather(*self._tasks)
        self.session.let_go()

    @property
    def has_failed(self) -> bool:
        return len(self.failures) >= MOST_FAILURES

    async def _work(self, number: int, mix: dict[Action, int]) -> None:
        dice = random.Random(f"{self.seed}/{number}")
        while not self.session.is_over and not self.has_failed:
            action = dice.choices(list(mix), list(mix.values()))[0]
            if not await self._do(action.__name__, action(self.session, dice)):
                return

    async def _do(self, name: str, action: Awaitable[None]) -> bool:
        """Does one thing, and notes what was wrong with it; False where the worker has gone, as told."""
        patience = 15 * self.session.patience
        try:
            await asyncio.wait_for(action, patience)
        except Gone as gone:
            if self.session.is_ending:
                return False
            self.failures.append(f"{name}: the worker closes the connection instead of an answer ({gone})")
        except TimeoutError:
            self.failures.append(f"{name}: no end after {patience:.0f} s")
        except Failure as failure:
            self.failures.append(f"{name}: {failure}")
        except Exception:  # what cannot be taken apart is no answer either
            self.failures.append(f"{name}: {traceback.format_exc(limit=-4)}")
        return True

    async def _ask_health(self) -> None:
        dice = random.Random(f"{self.seed}/health")
        client: Client | None = None

        async def ask() -> None:
            nonlocal client
            if not client or not client.is_usable or dice.random() < 0.05:
                if client:
                    client.close()
                client = await Client.open(self.session.port)
            begin = time.monotonic()
            await client.send(get("/health"))
            control.expect_document(self.session, "/health", await client.answer())
            took = time.monotonic() - begin
            self.slowest_health = max(self.slowest_health, took)
            limit = HEALTH_PATIENCE * self.session.patience
            expect(took < limit, f"/health takes {took:.2f} s, more than {limit:.0f} s")

        try:
            while not self.session.is_over and not self.has_failed:
                if not await self._do("health", ask()):
                    return
                await asyncio.sleep(dice.random() * 0.02)
        finally:
            if client:
                client.close()
