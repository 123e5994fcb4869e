"""A plugin for the journal's check: a call fails, or speaks and goes on until it is cancelled."""

import threading


class Speaker:
    def __init__(self):
        self.cancelled = threading.Event()

    def execute(self, what):
        if what == "fails":
            raise ValueError("what\nfails")
        print("speaking", flush=True)
        self.cancelled.wait()

    def cancel(self):
        self.cancelled.set()
