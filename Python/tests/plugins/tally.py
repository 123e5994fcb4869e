"""The plugins that authors.py tests."""

import asyncio
import threading
import time

from universal_worker_runner import request


class Tally:
    name = "Tally"
    request_headers = ["X-Who"]

    def __init__(self):
        self.step = 1
        self.ends = []
        self._health = {}

    def initialize(self, config):
        self.step = config["step"]
        self._health = {"step": self.step}
        self._not_ready = None

    def get_current_config(self):
        return {"step": self.step}

    def get_config_schema(self):
        return {"type": "object", "properties": {"step": {"type": "integer"}}}

    def execute(self, numbers, factor=1):
        return {"sum": sum(numbers) * factor, "who": request.header("x-who"), "pair": (1, 2)}

    def execute_stream(self, count):
        try:
            for number in range(0, count, self.step):
                self._progress, self._status_message = number / count, "at %d" % number
                yield number
        finally:
            self.ends.append("closed")

    def on_enable(self):
        raise ValueError("not now")

    def cleanup(self):
        self.ends.append("cleaned")


class Sleeper:
    """Has no cancel: only force ends it."""

    runs = False

    def execute(self):
        try:
            self.runs = True
            time.sleep(1000)
        except Exception:
            return "not reached: a stop is no Exception"
        finally:
            self.runs = False


class Flagged:
    """Ends by its cancel alone; on which thread that came."""

    def __init__(self):
        self.flag = threading.Event()
        self.canceller = None

    def execute(self):
        self.flag.wait()
        raise InterruptedError("told to stop")

    def cancel(self):
        self.canceller = threading.current_thread()
        self.flag.set()


class Tasks:
    async def execute(self, forever=False):
        await asyncio.sleep(1000 if forever else 0)
        return "awaited"

    async def execute_stream(self, count):
        for number in range(count):
            await asyncio.sleep(0)
            yield number


class Faulty:
    def execute(self, what):
        if what == "set":
            return {1, 2}
        time.sleep(1000)

    def execute_stream(self):
        yield 1
        raise RuntimeError("broken at two")

    def cancel(self):
        raise OSError("cannot cancel")
