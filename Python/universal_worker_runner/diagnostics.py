"""Has log records that wait in the store's buffer written soon, also in the middle of a call."""

from threading import Event, Thread

DELAY = 0.5  # s that a record waits at most; the original's wait for the next request of any kind


class Flusher:
    """A filter of the handler, to hear of its records, and a thread that sleeps until one comes."""

    def __init__(self, handler, flush):
        self.flush = flush
        self.came = Event()
        handler.addFilter(self)
        Thread(target=self.run, name="uw-diagnostics", daemon=True).start()

    def filter(self, record):
        self.came.set()
        return True

    def run(self):
        pause = Event()
        while True:
            self.came.wait()
            pause.wait(DELAY)
            self.came.clear()
            self.flush()
