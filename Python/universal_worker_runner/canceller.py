"""The plugin's own cancel(), which may block, on a thread of its own; control goes on meanwhile."""

from collections import deque
from threading import Event, Thread

from .errors import encoded, report
from .frames import NOT_CANCELLED


class Canceller:
    """`ask` is the control thread's. cancel() is about the whole instance: one run serves all who wait."""

    def __init__(self, runner):
        self.runner = runner
        self.wanted = deque()
        self.wake = Event()
        self.thread = None

    def ask(self, lane, id_):
        self.wanted.append((lane, id_))
        self.wake.set()
        if self.thread is None:
            thread = Thread(target=self.run, name="uw-cancel", daemon=True)
            thread.start()
            self.thread = thread

    def run(self):
        while True:
            self.wake.wait()
            self.wake.clear()
            wanted = []
            while self.wanted:
                wanted.append(self.wanted.popleft())
            if not wanted:
                continue
            flags, said = 0, b""
            try:
                self.cancel()
            except BaseException as error:
                flags, said = NOT_CANCELLED, encoded(error)
                report(error)
            for lane, id_ in wanted:
                self.runner.control.stopped(lane, id_, flags, said)

    def cancel(self):
        value = self.runner.context.copy().run(self.runner.plugin.cancel)
        if hasattr(value, "__await__"):
            from .coroutines import run_beside

            run_beside(self.runner.loop, value)
