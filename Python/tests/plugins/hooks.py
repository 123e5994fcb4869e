"""Hooks of a class that no library is behind."""

import threading


class Hooks:
    def __init__(self):
        self.enabled = threading.Event()

    def prefetch(self):
        print("prefetched")

    async def on_enable(self):
        self.enabled.set()

    def execute(self):
        print("executing")
        self.enabled.wait()
        return "enabled"
