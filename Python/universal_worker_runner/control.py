"""The control thread: stops, flushes, progress, the end. It never waits for plugin code or a lane."""

import os
import select
import signal
import sys
import threading
from time import monotonic

from .errors import report
from .frames import (
    FLUSH,
    FORCE,
    GONE,
    LONGEST_TEXT,
    NOT_SUPPORTED,
    QUIT,
    STOP,
    STOPPED,
    STREAM,
    pack,
    write,
)
from .stopping import STOP_SIGNAL

# ms between two looks at the plugin's attributes while it may change them: 50 with a turn of the
# interpreter's lock.
TICK = 40
# For two seconds a call waits for a thread; it and those behind it are refused until there is one.
TRIES = 50
LINGER = 1.0  # s after the last call in which it still ticks


class Control:
    """Reads the control socket, on a thread that is started before the plugin is imported."""

    def __init__(self, runner, reader):
        self.runner = runner
        self.reader = reader
        self.fd = reader.fd
        self.lock = threading.Lock()  # of what is written
        self.woken, self.waker = os.pipe()
        self.asleep = False
        self.busy = 0.0  # when a call was last seen
        self.begun = False  # a call has begun since then: quick ones never run while this thread does
        self.poll = select.poll()
        self.sleeping = {}  # lanes that have no thread yet
        self.canceller = None  # made when the plugin's cancel is first asked for
        self.own = 2  # threads of ours: main, this one

    def start(self):
        self.poll.register(self.fd, select.POLLIN)
        self.poll.register(self.woken, select.POLLIN)
        threading.Thread(target=self.run, name="uw-control", daemon=True).start()

    def send(self, kind, payload=b"", flags=0, id_=0, lane=0):
        self.write(pack(kind, payload, flags, id_, lane))

    def write(self, data):
        with self.lock:
            write(self.fd, data)

    def stopped(self, lane, id_, flags, said=b""):
        self.send(STOPPED, said[:LONGEST_TEXT], flags, id_, lane)

    def look_alive(self):
        """Has the thread tick again; called when a call begins."""
        self.begun = True  # before it looks whether the thread sleeps, which does it the other way round
        if self.asleep:
            self.asleep = False
            os.write(self.waker, b"\0")

    def run(self):
        while True:
            try:
                self.turn()
            except BrokenPipeError:
                self.runner.daemon_is_gone()
            except OSError as error:  # of our descriptors or threads: it would come again for ever
                self.runner.broken(error)
            except BaseException as error:
                report(error)

    def turn(self):
        timeout = self.timeout()
        for fd, _ in self.poll.poll(timeout):
            if fd == self.fd:
                self.read()
            elif fd == self.woken:
                if not os.read(self.woken, 4096):
                    raise OSError("the plugin has closed the pipe that wakes the control thread")
            else:
                self.start_lane(fd)
        self.asleep = False
        self.tick()

    def timeout(self):
        """How long to wait: for ever only if nothing can change an attribute of the plugin."""
        self.asleep = True  # first, as a call may begin right now
        now = monotonic()
        if self.begun or any(lane.call for lane in self.runner.lanes):
            self.begun = False
            self.busy = now
        if now - self.busy < LINGER or self.others():
            self.asleep = False
            return TICK
        return None

    def others(self):
        """Whether the plugin has threads or coroutines of its own."""
        started = len(self.runner.lanes) - 1 - len(self.sleeping)
        own = self.own + started
        own += self.canceller is not None and self.canceller.thread is not None
        own += self.runner.dialect.threads
        return threading.active_count() > own or self.runner.loop is not None

    def tick(self):
        runner = self.runner
        for lane in runner.lanes:
            if lane.call is not None:
                lane.check_thread()
        call = runner.lanes[0].call
        if call is not None and call.forced and call.task is None:
            signal_main()  # a signal right before a wait does not end it: once more
        if runner.states is not None:
            frame = runner.states.look(True)
            if frame:
                self.write(frame)
        self.send_metrics()

    def send_metrics(self):
        metrics = metrics_module()
        if metrics is not None and self.runner.parameters.knows_metrics:
            frame = metrics.frame()
            if frame:
                self.write(frame)

    def read(self):
        while True:
            frame = self.reader.frame()
            if frame is None:
                self.runner.daemon_is_gone()
            if frame.kind == STOP:
                self.stop(frame)
            elif frame.kind == FLUSH:
                self.flush(frame)
            elif frame.kind == QUIT:
                self.runner.quit()
            if not self.reader.rest:
                return

    def flush(self, frame):
        call = self.runner.lanes[frame.lane].find(frame.id)
        if call is not None and call.lines is not None:
            call.lines.flush(writable)

    def stop(self, frame):
        runner = self.runner
        running = [lane.call for lane in runner.lanes if lane.call is not None and not lane.beside]
        if frame.id == 0:  # all that run, and the plugin's cancel() also if none does
            for call in running:
                call.asked = True
            runner.dialect.asked()
            return self.ask_plugin(frame, None, False)
        lane = runner.lanes[frame.lane]
        call = lane.find(frame.id)
        if call is None and frame.id <= lane.last:
            return self.stopped(frame.lane, frame.id, GONE)
        if call is None:
            lane.stop_early(frame.id, frame.flags)
            return self.stopped(frame.lane, frame.id, 0)
        call.asked = True
        runner.dialect.asked()
        if frame.flags & FORCE:
            self.stopped(frame.lane, frame.id, 0 if force(runner, lane, call) else NOT_SUPPORTED)
        else:
            self.ask_plugin(frame, call, any(other is not call for other in running))

    def ask_plugin(self, frame, call, others):
        """Stops a call with the plugin's help; `others` are not to be stopped. All, if call is None."""
        if self.can_cancel(others):
            if self.canceller is None:
                from .canceller import Canceller

                self.canceller = Canceller(self.runner)
            self.canceller.ask(frame.lane, frame.id, call, others)
        else:
            self.stopped(frame.lane, frame.id, NOT_SUPPORTED)

    def can_cancel(self, others):
        try:
            return self.runner.dialect.can_cancel(self.runner.plugin, others)
        except Exception:
            return True  # a property that raises something else: the canceller will say so

    def add_lanes(self, lanes):
        """Waits for the first call of each; only then its thread is started."""
        for lane in lanes:
            self.sleeping[lane.fd] = lane
            self.poll.register(lane.fd, select.POLLIN)
        os.write(self.waker, b"\0")

    def start_lane(self, fd):
        lane = self.sleeping[fd]
        thread = threading.Thread(
            target=self.runner.serve, args=(lane,), name="uw-call-%d" % lane.number, daemon=True
        )
        self.poll.unregister(fd)
        try:
            thread.start()
        except RuntimeError as error:  # no thread can be had now
            if lane.tries == 0:
                report(error)
            lane.tries += 1
            if lane.tries > TRIES:
                lane.refuse(error)
            self.poll.register(fd, select.POLLIN)
            threading.Event().wait(TICK / 1000)
        else:
            del self.sleeping[fd]


def force(runner, lane, call):
    """Ends one call without the plugin's help; whether there is a way."""
    call.forces += 1
    call.forced = True
    if call.task is not None:
        runner.loop.cancel_soon(call)
        if call.forces == 1:  # a coroutine that is forced twice is interrupted as well
            return True
    if lane.number == 0:
        signal_main()
        return True
    return call.task is not None or call.kind == STREAM  # a stream ends at its next value


def signal_main():
    signal.pthread_kill(threading.main_thread().ident, STOP_SIGNAL)


def metrics_module():
    """What the plugin's metrics are kept by, if it has imported that."""
    module = sys.modules.get(__package__ + ".metrics")
    return module if hasattr(module, "frame") else None  # another thread may be importing it


def writable(fd):
    """Whether 16 KiB can be written without waiting: Linux says so at three quarters free."""
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    return bool(poll.poll(0))
