#!/usr/bin/env python3
"""A mixed load of everything that clients do, against three builds of the worker.

    stress.py [--seconds 30] [--seed N] [--only thread,address,release] [--verbose] [-- WORKER FLAGS]

Each build goes through the lives of several workers: for each kind of plugin two equal rounds of
load, after each of which nothing may be left, and a third that SIGTERM ends; then short lives that
SIGTERM ends at once. Every answer has to be one that docs/http.md allows, the sanitizers have to be
silent, and the exit code 0. The seed decides what is done, not how it interleaves. `make
check-stress` builds what is needed.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from collections.abc import Sequence

from load import Load
from quiet import Start, Usage, check_leak_detection
from session import FLAGS, Session, call, post
from variants import VARIANTS, Variant, Watched, check_detection
from worker import Failure, allow_descriptors, expect

PLUGINS = ["Concurrent", "Pending", "Serial"]
SHORT_LIVES = 4
# Of the seconds of a build: each of the two rounds of a plugin, and at most each end.
ROUND, END = 0.12, 0.04
# A host sends SIGKILL so long after SIGTERM.
HOST_PATIENCE = 2.0
# Seconds until what the last calls held has been freed, and without any request in between.
USAGE_PATIENCE = 5.0
IDLE = 1.5
# The worker's word on something that went wrong inside; a call that fails is not.
GRAVE = re.compile(r"^\S+ (?:error|warning) (?!call failed: ).*$|^CRASH: .*$|^.*Fatal error.*$", re.MULTILINE)


class Life:
    """One worker from its start to its end, under load."""

    def __init__(self, watched: Watched, title: str, seed: str) -> None:
        self.watched = watched
        self.worker = watched.worker
        self.variant = watched.variant
        self.title = title
        self.seed = seed
        self.failures: list[str] = []
        self.answers: dict[str, int] = {}

    def note(self, failure: object) -> None:
        self.failures.append(f"{self.title}: {failure}")

    async def _load(self, seconds: float, ends: bool) -> int:
        session = Session(self.worker.port, self.variant.patience)
        load = Load(session, self.seed)
        await load.start()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not load.has_failed and self.worker.is_running():
            await asyncio.sleep(min(0.05, max(0.0, deadline - time.monotonic())))
        if not self.worker.is_running():
            self.note(f"the worker has ended by itself, with {self.worker.exit_code(0)}")
            session.is_ending = True
        elif ends:
            session.is_ending = True
            await self._end()
        await load.stop()
        for failure in load.failures:
            self.note(failure)
        for answer, count in session.answers.items():
            self.answers[answer] = self.answers.get(answer, 0) + count
        total = session.answers.total()
        print(f"{self.title}: {total} answers, /health {load.slowest_health * 1e3:.0f} ms at most", flush=True)
        return total

    async def _end(self) -> None:
        self.worker.terminate()
        try:
            code = await asyncio.to_thread(self.worker.exit_code, HOST_PATIENCE * self.variant.patience)
            expect(code == 0, f"the worker ends with {code} after SIGTERM, not with 0")
        except Failure as failure:
            self.note(failure)
            self.worker.kill()

    def rounds(self, seconds: float) -> None:
        """Two equal rounds, after each of which nothing is left."""
        start = Start(self.worker)
        before: Usage | None = None
        for _ in range(2):
            answers = asyncio.run(self._load(seconds, ends=False))
            if not self.worker.is_running():
                break
            try:
                start.check()
                if not self.variant.is_sanitized:
                    before = self._check_usage(before, answers)
            except Failure as failure:
                self.note(failure)
        start.close()

    def _check_usage(self, before: Usage | None, answers: int) -> Usage:
        end = time.monotonic() + USAGE_PATIENCE
        while True:
            usage = Usage(self.worker)
            try:
                if before:
                    usage.check(before, answers)
                break
            except Failure:
                if time.monotonic() > end:
                    raise
                # Memory is given back when nothing has happened for a second.
                time.sleep(IDLE)
        print(f"{self.title}: at rest: {usage}", flush=True)
        return usage

    def end(self, seconds: float) -> None:
        """More load, which SIGTERM ends; and what the worker and its sanitizer had to say."""
        if self.worker.is_running():
            asyncio.run(self._load(seconds, ends=True))
        for report in self.watched.reports():
            self.note(f"the {self.variant.name} sanitizer reports\n{report}")
        grave = GRAVE.findall(self.worker.text())
        if grave:
            self.note(f"the worker's log has {len(grave)} grave lines:\n" + "\n".join(grave[:20]))


def check(variant: Variant, seconds: float, seed: int, flags: Sequence[str], verbose: bool) -> list[str]:
    """All lives of one build; what was wrong with them."""
    if variant.is_sanitized:
        check_detection(variant, post("/execute", call(mode=variant.mistake)))
    else:
        with Watched(variant, "Serial", []) as watched:
            check_leak_detection(watched.worker)
    dice = random.Random(f"{seed}/{variant.name}")
    failures: list[str] = []
    lives = [*PLUGINS, *(dice.choice(PLUGINS) for _ in range(SHORT_LIVES))]
    for number, plugin in enumerate(lives, 1):
        with Watched(variant, plugin, [*FLAGS, *flags]) as watched:
            life = Life(watched, f"{variant.name} {number}, {plugin}", f"{seed}/{variant.name}/{number}")
            if number <= len(PLUGINS):
                life.rounds(seconds * ROUND)
            life.end(dice.random() * seconds * END)
        if verbose:
            print("\n".join(f"    {count:7} {answer}" for answer, count in sorted(life.answers.items())))
        failures += life.failures
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description="A mixed load, against three builds of the worker.")
    parser.add_argument("--seconds", type=float, default=30, help="of load for each build [30]")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="what is done [random]")
    parser.add_argument("--only", default=",".join(VARIANTS), help="builds [thread,address,release]")
    parser.add_argument("--verbose", action="store_true", help="prints how often each answer came")
    parser.add_argument("flags", nargs="*", help="more flags of the worker, behind --")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    if unknown := [name for name in names if name not in VARIANTS]:
        parser.error(f"no such build: {', '.join(unknown)}; there are {', '.join(VARIANTS)}")
    print(f"seed {arguments.seed}", flush=True)
    failures: list[str] = []
    for name in names:
        try:
            allow_descriptors(2_000)
            failures += check(VARIANTS[name], arguments.seconds, arguments.seed, arguments.flags, arguments.verbose)
        except Failure as failure:
            failures.append(f"{name}: {failure}")
    for failed in failures:
        print(f"FAILED {failed}")
    if failures:
        print(f"{len(failures)} failures with --seed {arguments.seed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
