"""The lines of one stream, sent alone while they are rare and together while they are dense."""

from collections import deque
from threading import Lock
from time import monotonic

from .frames import FAST, LINES, pack, write_frame

ALONE = 8  # so many in a row leave at once, however dense
APART = 0.0001  # s: a line that comes later than this after the last one leaves at once
HOLD = 0.0005  # s: no line is held longer by the next ones
SIZE = 16384  # bytes that are held at most


class Lines:
    """`put` belongs to the thread of the call; `flush` to the control thread.

    Whenever lines are held, the last frame carried FAST, and so the daemon asks for them by FLUSH if
    nothing follows. Both sides take what is held and send it under one lock, so the order stays.
    """

    __slots__ = ("fd", "call", "look", "lock", "held", "size", "first", "last", "run")

    def __init__(self, fd, call, look):
        self.fd = fd
        self.call = call
        self.look = look  # the state that is to be seen before the next lines
        self.lock = Lock()
        self.held = deque()
        self.size = 0
        self.first = 0.0  # when the oldest held line came
        self.last = 0.0  # when the last line came
        self.run = 0  # lines in a row that were dense

    def put(self, line):
        """Takes one line, and says whether the call is to end. All lines come by here: no further calls."""
        now = monotonic()
        dense = now - self.last < APART
        self.last = now
        if not dense:
            self.run = 0
        elif self.run < ALONE:
            self.run += 1
        else:
            held = self.held
            if not held:
                self.first = now
                self.size = 0
            self.size = size = self.size + len(line) + 1
            if size <= SIZE and now - self.first <= HOLD:
                held.append(line)
                if self.run >= ALONE:
                    return self.call.asked
                line = None  # the control thread has flushed in between: no flush asks for this one
        self.send(line)
        return self.call.asked

    def send(self, line):
        """Sends what is held and then `line`; waits for a daemon that does not read."""
        with self.lock:
            lines = self.take()
            if line is not None:
                lines.append(line)
            if lines:
                flags = FAST if self.run >= ALONE else 0
                state = self.look(False)
                write_frame(self.fd, LINES, joined(lines), flags, self.call.id, state)
                self.last = monotonic()  # the daemon's time is not the generator's

    def take(self):
        """Empties what is held. Under the lock: only `put` may add to it meanwhile."""
        pop = self.held.popleft
        return [pop() for _ in range(len(self.held))]

    def flush(self, poll):
        """Sends what is held, for the control thread, which must not wait.

        Who holds the lock is sending already. A socket that is not writable is full of what the daemon
        has yet to read; it asks again afterwards.
        """
        if not self.lock.acquire(False):
            return
        try:
            if poll(self.fd):
                self.run = 0  # before it takes what is held: see put
                lines = self.take()
                if lines:
                    write_frame(self.fd, LINES, joined(lines), 0, self.call.id)
        finally:
            self.lock.release()

    def rest(self):
        """The frame of what is still held at the end of the call, or nothing."""
        with self.lock:
            lines = self.take()
        return pack(LINES, joined(lines), id_=self.call.id) if lines else b""


def joined(lines):
    return "\n".join(lines).encode("ascii")
