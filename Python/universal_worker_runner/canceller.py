"""The plugin's own cancel(), which may block, on a thread of its own; control goes on meanwhile."""

from collections import deque
from threading import Event, Thread

from .errors import encoded, report
from .frames import NOT_CANCELLED


class Canceller:
    """`ask` is the control thread's. One run serves all who wait for the same: a call, or None for all."""

    def __init__(self, runner):
        self.runner = runner
        self.wanted = deque()
        self.wake = Event()
        self.thread = None

    def ask(self, lane, id_, call, others):
        self.wanted.append((lane, id_, call, others))
        self.wake.set()
        if self.thread is None:
            thread = Thread(target=self.run, name="uw-cancel", daemon=True)
            thread.start()
            self.thread = thread

    def run(self):
        while True:
            self.wake.wait()
            self.wake.clear()
            wanted = {}
            while self.wanted:
                lane, id_, call, others = self.wanted.popleft()
                wanted.setdefault((call, others), []).append((lane, id_))
            for (call, others), waiting in wanted.items():
                flags, said = 0, b""
                try:
                    self.cancel(call, others)
                except BaseException as error:
                    flags, said = NOT_CANCELLED, encoded(error)
                    report(error)
                for lane, id_ in waiting:
                    self.runner.control.stopped(lane, id_, flags, said)

    def cancel(self, call, others):
        runner = self.runner
        value = runner.context.copy().run(runner.dialect.cancel, runner.plugin, call, others)
        if hasattr(value, "__await__"):
            from .coroutines import run_beside

            run_beside(self.runner.loop, value)
