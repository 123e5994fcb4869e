"""The runner: what it consists of, how it starts and how it ends."""

import contextvars
import os
import signal
import threading

from . import PROTOCOL, dialect, forking, loading, stdio, stopping
from .control import Control
from .encoding import any_encode
from .errors import encoded, report
from .frames import FAILED, HELLO, OPEN, Reader
from .lanes import Lane
from .parameters import CONTROL, FIRST_LANE, Parameters
from .states import States

BROKEN = 70  # exit code: the daemon broke the protocol, or we have a bug


class Runner:
    """What the parts share. Made on the main thread, which then serves lane 0."""

    def __init__(self, parameters, reader):
        self.parameters = parameters
        self.dialect = dialect.named(parameters.dialect)
        self.plugin = None
        self.states = None
        self.loop = None
        self.loop_lock = threading.Lock()
        self.context = contextvars.copy_context()
        self.lanes = [Lane(n, FIRST_LANE + n) for n in range(parameters.concurrency)]
        self.control = Control(self, reader)
        ours = [reader.fd, self.control.woken, self.control.waker]
        forking.guard(ours + [lane.fd for lane in self.lanes], self.in_copy)

    def in_copy(self):
        """In a copy that plugin code forked: streams end at their next value, locks are nobody's."""
        for lane in self.lanes:
            if lane.call is not None:
                lane.call.asked = True
                if lane.call.lines is not None:
                    lane.call.lines.lock = threading.Lock()

    @staticmethod
    def copied():
        return forking.copied

    @staticmethod
    def leave_copy(error=None):
        forking.leave_copy(error)

    def coroutines(self):
        """The loop, made when the first coroutine comes: asyncio takes 40 ms to import."""
        with self.loop_lock:
            if self.loop is None or self.loop.is_closed():
                from .coroutines import Loop

                self.loop = Loop(len(self.lanes) > 1)
        return self.loop

    def load(self):
        """Makes the plugin and tells the daemon how that went; whether it went well."""
        hello = dict(loading.environment(), protocol=PROTOCOL)
        self.control.send(HELLO, any_encode(hello).encode())
        self.control.start()
        try:
            loading.prepare_paths(self.parameters)
            self.dialect.prepare()
            plugin = loading.instance(self.parameters)
        except BaseException as error:
            if forking.copied:
                forking.leave_copy(error)
            report(error)
            self.control.send(FAILED, encoded(error))
            return False
        if forking.copied:
            forking.leave_copy()
        self.plugin = plugin
        self.context = contextvars.copy_context()
        self.states = States(self.dialect, plugin)
        about = [(name, loading.attribute(plugin, name)) for name in ("name", "version")]
        about.append(("can", any_encode(loading.abilities(plugin))))
        self.control.write(self.states.look(False))
        self.control.send(OPEN, ("{%s}" % ",".join('"%s":%s' % item for item in about)).encode())
        self.control.add_lanes(self.lanes[1:])
        return True

    def serve(self, lane):
        """Answers the calls of one lane, on whichever thread."""
        try:
            lane.serve(self)
        except (BrokenPipeError, ConnectionResetError):
            self.daemon_is_gone()
        except BaseException as error:
            report(error)
            os._exit(BROKEN)

    def end(self):
        """The daemon wants no more calls: what `atexit` has, then out, whatever threads there are."""
        import atexit

        try:
            if self.loop is not None:
                self.loop.close()
            atexit._run_exitfuncs()
        except BaseException as error:
            report(error)
        self.quit()

    @staticmethod
    def quit():
        stdio.flush()
        os._exit(0)

    @staticmethod
    def daemon_is_gone():
        """Nobody is left to end what the plugin has started: it ends with us, if it is our group."""
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(0)


def main():
    """Never returns."""
    try:
        runner = start()
    except BaseException as error:
        report(error)
        os._exit(BROKEN)
    runner.serve(runner.lanes[0])
    runner.end()


def start():
    stdio.prepare()
    reader = Reader(CONTROL)
    parameters = Parameters.read(reader)
    if parameters is None:
        os._exit(0)
    runner = Runner(parameters, reader)
    stopping.install(runner.lanes[0])
    if not runner.load():
        stdio.flush()
        os._exit(1)
    return runner
