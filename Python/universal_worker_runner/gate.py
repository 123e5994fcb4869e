"""Lets some calls through at once; the others wait, in their threads, and can be stopped meanwhile."""

from threading import Condition

from .stopping import Stopped


class Gate:
    def __init__(self, free):
        self.free = free
        self.changed = Condition()

    def enter(self, call):
        with self.changed:
            while True:
                if call.asked:  # also if it is free now: those that ran may have ended first
                    raise Stopped
                if self.free:
                    break
                self.changed.wait()
            self.free -= 1

    def leave(self):
        with self.changed:
            self.free += 1
            self.changed.notify_all()  # not one: that may have been stopped

    def look(self):
        """A call is to stop, perhaps one that waits; on the control thread."""
        with self.changed:
            self.changed.notify_all()
