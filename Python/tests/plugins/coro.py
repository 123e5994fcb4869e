"""Coroutines and asynchronous generators."""

import asyncio
import time


class Plugin:
    beats = 0
    task = None
    loop = None

    async def initialize(self, config):
        self.config = config

    async def get_current_config(self):
        return {"config": self.config}

    async def execute(self, do="echo", **kwargs):
        return await getattr(self, do)(**kwargs)

    async def echo(self, **kwargs):
        await asyncio.sleep(0)
        return kwargs

    async def same_loop(self):
        loop = asyncio.get_running_loop()
        before, self.loop = self.loop, loop
        return before is loop

    async def sleep(self):
        print("sleeping")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            print("cancelled, await works: %s" % await asyncio.sleep(0, "yes"))
            raise

    async def block(self):
        print("blocking")
        time.sleep(60)

    async def start_beats(self):
        async def beat():
            while True:
                self.beats += 1
                if self.beats == 5:
                    print("five beats")
                await asyncio.sleep(0.01)

        self.task = asyncio.ensure_future(beat())

    async def exit_later(self):
        async def leave():
            await asyncio.sleep(0.01)
            print("leaving")
            raise SystemExit(3)

        self.task = asyncio.ensure_future(leave())

    async def fail(self):
        raise RuntimeError("failed")

    async def cancelled(self):
        raise asyncio.CancelledError

    async def meet(self):
        """Waits for another call."""
        if self.task is None:
            self.task = asyncio.get_running_loop().create_future()
            await self.task
        else:
            self.task.set_result(1)
        return "met"

    async def execute_stream(self, count=3, pause=0.0, fail=-1):
        try:
            for number in range(count):
                if number == fail:
                    raise RuntimeError("failed at %d" % number)
                yield number
                if pause:
                    await asyncio.sleep(pause)
        finally:
            await asyncio.sleep(0)
            print("the generator was closed")


class Sync(Plugin):
    """A plain execute and an asynchronous cancel."""

    flag = False

    def execute(self):
        self.flag = False
        print("polling")
        while not self.flag:
            time.sleep(0.001)
        return "ended"

    async def cancel(self):
        await asyncio.sleep(0)
        self.flag = True
