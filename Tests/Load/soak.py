#!/usr/bin/env python3
"""A mixed load for minutes on one native worker and one of a Python plugin, after which nothing may have grown.

    soak.py [--minutes 10] [--seed N] [--only native,python]

The load is that of stress.py: all endpoints, cancels, clients that leave or read slowly, broken requests, and
configurations; beside it some clients send hundreds of small requests at once. It comes in parts with a rest after each;
the first half of them warms up. At the last rest the worker has less than a megabyte more of anonymous memory than at
the highest of these, and descriptors, threads and processes are where they were. SIGTERM ends each with 0.
"""

import argparse
import asyncio
import random
import sys
import time
from pathlib import Path

from load import Load
from quiet import Start, ask
from session import FLAGS, Session, call, get, post
from worker import RELEASE, ROOT, Failure, Worker, allow_descriptors, expect, until

# Of module and class.
PLUGINS = {
    "native": (ROOT / ".build/fixtures/mixed.so", "Concurrent"),
    "python": (Path(__file__).with_name("mixed.py"), "Serial"),
}
# Of each thread's own arena malloc keeps up to some megabytes for ever, whatever is given back: with one arena for all
# what is left at rest is what the worker holds.
ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "1", "GLIBC_TUNABLES": "glibc.malloc.arena_max=1"}
PARTS = 6
# Fewer than stress.py has of the former, so that the latter get through.
TASKS, BURSTERS = 6, 8
DRIFT = 1 << 20
# The worker gives memory back when nothing has happened for a second, and 8 MiB have been freed since the last time: by
# so many bodies of 1.9 MB, for one. So many times it may not be enough.
REST, LARGE_BODIES, RESTS = 1.5, 5, 4
# In proportion to the load of stress.py: a busy machine is slow, and how slow is not what is looked at.
PATIENCE = 60.0


def descendants(pid: int) -> int:
    """How many processes are below this one."""
    count = 0
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        children = [int(child) for child in task.read_text().split()]
        count += len(children) + sum(map(descendants, children))
    return count


class Soak:
    """One worker, from its start to its end."""

    def __init__(self, name: str, seed: int) -> None:
        module, title = PLUGINS[name]
        self.name, self.seed = name, f"{seed}/{name}"
        self.worker = Worker(RELEASE, module, title, FLAGS, ENVIRONMENT)
        ready = until(lambda: ask(self.worker, get("/health"))["state"] == "ready", 30)
        expect(ready, f"the worker is not ready:\n{self.worker.text()}")
        self.answers = 0

    async def _load(self, seconds: float, number: int) -> None:
        session = Session(self.worker.port, PATIENCE)
        load = Load(session, f"{self.seed}/{number}", TASKS, BURSTERS)
        await load.start()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not load.has_failed and self.worker.is_running():
            await asyncio.sleep(0.2)
        await load.stop()
        self.answers += session.answers.total()
        expect(self.worker.is_running(), f"the worker has ended by itself:\n{self.worker.text()[-3000:]}")
        expect(not load.failures, "\n".join(load.failures))

    def _least(self) -> int:
        """Anonymous memory at rest, in bytes: the least of some looks."""
        looks = []
        for _ in range(RESTS):
            for _ in range(LARGE_BODIES):
                ask(self.worker, post("/execute", call(["x" * 1_900_000])))
            time.sleep(REST)
            looks.append(self.worker.facts.memory().anonymous)
        return min(looks)

    def run(self, seconds: float) -> None:
        start, processes = Start(self.worker), descendants(self.worker.process.pid)
        rests = []
        for part in range(PARTS):
            asyncio.run(self._load(seconds / PARTS, part))
            start.check()
            rests.append(self._least())
            print(f"{self.name}: {self.answers} answers, {rests[-1] / 1e6:.2f} MB anonymous at rest", flush=True)
        before, after = max(rests[: PARTS // 2]), rests[-1]
        expect(after < before + DRIFT, f"memory has grown by {after - before} bytes")
        settled = until(lambda: descendants(self.worker.process.pid) == processes, PATIENCE)
        expect(settled, f"there were {processes} processes and are {descendants(self.worker.process.pid)}")
        start.close()
        self.worker.terminate()
        code = self.worker.exit_code(10)
        expect(code == 0, f"the worker ends with {code} after SIGTERM")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="[random]")
    parser.add_argument("--only", default=",".join(PLUGINS))
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    print(f"seed {arguments.seed}", flush=True)
    failed = False
    for name in names:
        soak = None
        try:
            allow_descriptors(2_000)
            soak = Soak(name, arguments.seed)
            soak.run(arguments.minutes * 60 / len(names))
        except Failure as failure:
            failed = True
            print(f"FAILED {name}: {failure}", flush=True)
        finally:
            if soak:
                soak.worker.kill()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
