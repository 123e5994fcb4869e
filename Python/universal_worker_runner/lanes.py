"""A lane: one socket, one thread that reads calls from it and answers them, one call at a time."""

import os
import signal
import threading

from . import calls, forking
from .calls import Call, Outcome, Request, perform
from .errors import encoded
from .frames import (
    BODIES,
    CLEANUP,
    CONFIG,
    ENDPOINT,
    ERROR,
    EXECUTE,
    FORCE,
    INITIALIZE,
    SCHEMA,
    STREAM,
    UNAVAILABLE,
    UNSUPPORTED,
    Reader,
    write_frame,
)


def table(dialect):
    """For each kind of frame what is called, and how its arguments are read."""
    return {
        EXECUTE: (calls.execute, dialect.arguments),
        STREAM: (calls.stream, dialect.arguments),
        INITIALIZE: (calls.initialize, dialect.configuration),
        SCHEMA: (calls.schema, calls.nothing),
        CONFIG: (calls.config, calls.nothing),
        BODIES: (calls.bodies, calls.nothing),
        CLEANUP: (calls.cleanup, calls.nothing),
        ENDPOINT: (calls.request, lambda frame: Request(bytes(frame.payload))),
    }


class Lane:
    """`number` 0 is the main thread's. Only `stop_early` and `find` are for the control thread.

    `beside`: its calls run beside those of other lanes whatever these do, and are none that POST /cancel
    means.
    """

    def __init__(self, number, fd, beside=False):
        self.number = number
        self.fd = fd
        self.beside = beside
        self.reader = Reader(fd)
        self.call = None
        self.last = 0  # the id of the last call that has ended
        self.early = {}  # stops of calls that have yet to be read: their flags
        self.thread = None  # the kernel's number of the thread that serves it
        self.tries = 0  # to start that thread

    def serve(self, runner):
        """Answers calls until the daemon closes its end."""
        functions = table(runner.dialect)
        self.thread = threading.get_native_id()
        while True:
            if self.number == 0 and runner.loop is not None and not self.reader.rest:
                runner.loop.wait_readable(self.fd)
            frame = self.reader.frame()
            if forking.copied:
                forking.leave_copy()
            if frame is None:
                return
            call = self.begin(frame, runner)
            runner.control.look_alive()
            if frame.kind in functions:
                function, read = functions[frame.kind]
                outcome = perform(function, read, call, runner, frame)
            else:
                outcome = Outcome(ERROR, b"no such kind of call", UNSUPPORTED)
            self.end(call, outcome, runner.states.look(False))
            call.kept = None
            frame = outcome = None
            runner.collector.after_call()

    def refuse(self, error):
        """Answers a call for which there is no thread; on the control thread."""
        frame = self.reader.frame()
        if frame is not None:
            self.last = frame.id
            write_frame(self.fd, ERROR, encoded(error), UNAVAILABLE, frame.id)

    def begin(self, frame, runner):
        call = Call(frame.id, frame.kind, None if self.beside else runner.dialect.scope())
        if frame.kind == STREAM:
            from .streams import Lines

            call.lines = Lines(self.fd, call, runner.states.look)
        self.call = call
        self.apply_early(call)
        return call

    def end(self, call, outcome, state):
        before = state + call.lines.rest() if call.lines else state
        self.last = call.id
        self.call = None  # from here on a stop comes too late
        write_frame(self.fd, outcome.kind, outcome.payload, outcome.flags, call.id, before)

    def check_thread(self):
        """Raises if the plugin has ended the thread (pthread_exit): its call would never end.

        A process whose main thread has ended keeps it as a zombie, which pthread_kill alone tells; the
        others have left nothing that pthread_kill may look at.
        """
        try:
            if self.number == 0:
                signal.pthread_kill(threading.main_thread().ident, 0)
            else:
                os.getpriority(os.PRIO_PROCESS, self.thread)
        except OSError as error:
            if self.number == 0 or isinstance(error, ProcessLookupError):
                raise OSError("the plugin has ended the thread of a call") from None

    def find(self, id_):
        """The call of that id if it runs."""
        call = self.call
        return call if call is not None and call.id == id_ else None

    def stop_early(self, id_, flags):
        """Keeps a stop that was faster than its call."""
        self.early = {known: old for known, old in self.early.items() if known > self.last}
        self.early[id_] = flags
        call = self.find(id_)  # it may have begun meanwhile
        if call:
            self.apply_early(call)

    def apply_early(self, call):
        """Both threads come here, and one of them gets the flags."""
        flags = self.early.pop(call.id, None)
        if flags is not None:
            call.asked = True
            call.forced = bool(flags & FORCE)
