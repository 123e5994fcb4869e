"""Lets some calls through at once; the others wait, in their threads, and can be stopped meanwhile."""

from collections import deque
from threading import Lock

from .stopping import Stopped


class Gate:
    """Calls wait in the order in which they came: one that leaves wakes the next one, and no other."""

    def __init__(self, free):
        self.free = free
        self.lock = Lock()
        self.waiting = deque()

    def enter(self, call):
        with self.lock:
            if self.free and not call.asked:
                self.free -= 1
                return
            wait = Wait(call)
            self.waiting.append(wait)
        self.look()  # it may have been asked before
        wait.turn.acquire()
        if not wait.has_place:
            raise Stopped
        if call.asked:  # at the same moment
            self.leave()
            raise Stopped

    def leave(self):
        with self.lock:
            if not self.waiting:
                self.free += 1
                return
            wait = self.waiting.popleft()
        wait.has_place = True
        wait.turn.release()

    def look(self):
        """A call is to stop, perhaps one that waits; any thread."""
        with self.lock:
            stopped = [wait for wait in self.waiting if wait.call.asked]
            for wait in stopped:
                self.waiting.remove(wait)
        for wait in stopped:
            wait.turn.release()


class Wait:
    __slots__ = ("call", "turn", "has_place")

    def __init__(self, call):
        self.call = call
        self.turn = Lock()
        self.turn.acquire()
        self.has_place = False
