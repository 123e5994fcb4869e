"""Lets some calls through at once; the others wait, in their threads, and can be stopped meanwhile."""

from collections import deque
from threading import Lock
from time import monotonic

from .stopping import Stopped
from .width import JAM, Width

LOOK = 1.0  # seconds: how often a call looks that waits for one of all places


class Gate:
    """Calls wait in the order in which they came: one that leaves wakes the next ones, and no other."""

    def __init__(self, places):
        self.width = Width(places)
        self.running = 0
        self.lock = Lock()
        self.waiting = deque()

    def enter(self, call):
        with self.lock:
            if self.running < self.width.now and not call.asked:
                self.running += 1
                return
            wait = Wait(call)
            self.waiting.append(wait)
        self.look()  # it may have been asked before
        while not wait.turn.acquire(timeout=LOOK if self.width.now == self.width.most else JAM):
            self.look_for_jam()
        if not wait.has_place:
            raise Stopped
        if call.asked:  # at the same moment
            self.leave()
            raise Stopped

    def leave(self):
        with self.lock:
            self.running -= 1
            self.width.end(monotonic(), self.running + len(self.waiting))
            admitted = self.admit()
        for wait in admitted:
            wait.turn.release()

    def admit(self):
        """Those that have a place now; under the lock."""
        admitted = []
        while self.waiting and self.running < self.width.now:
            wait = self.waiting.popleft()
            wait.has_place = True
            self.running += 1
            admitted.append(wait)
        return admitted

    def look_for_jam(self):
        with self.lock:
            admitted = self.admit() if self.width.is_jammed(monotonic()) else []
        for wait in admitted:
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
