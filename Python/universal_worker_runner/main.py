"""The runner: what it consists of, how it starts and how it ends."""

import contextvars
import os
import signal
import threading

from . import PROTOCOL, dialect, encoding, forking, loading, stdio, stopping
from .calls import HOOKS
from .collecting import Collector
from .control import Control, metrics_module
from .encoding import any_encode, shown
from .errors import encoded, report
from .frames import FAILED, HELLO, LONGEST_TEXT, OPEN, Reader
from .lanes import Lane
from .parameters import CONTROL, FIRST_LANE, Parameters
from .states import States

BESIDE = 4  # lanes for what runs beside calls
BROKEN = 70  # exit code: the daemon broke the protocol, the plugin broke us, or we have a bug


class Runner:
    """What the parts share. Made on the main thread, which then serves lane 0."""

    def __init__(self, parameters, reader):
        self.parameters = parameters
        self.plugin = None
        loading.prepare_paths(parameters)
        self.dialect = dialect.Original()
        self.problem = None  # why there is no other dialect, if there should be one
        try:
            if parameters.knows_dialects:
                self.dialect = dialect.chosen(parameters.dialect)
        except BaseException as error:
            self.problem = error
        self.states = None
        self.loop = None
        self.loop_lock = threading.Lock()
        self.context = contextvars.copy_context()
        # The worker offers lanes: for calls, and behind these some for what runs beside calls.
        self.calls = min(parameters.concurrency or self.dialect.calls, parameters.lanes)
        count = min(self.calls + BESIDE, parameters.lanes)
        self.lanes = [Lane(n, FIRST_LANE + n, n >= self.calls) for n in range(count)]
        self.collector = Collector(self.lanes)
        for number in range(count, parameters.lanes):
            os.close(FIRST_LANE + number)
        self.control = Control(self, reader)
        ours = [reader.fd, self.control.woken, self.control.waker]
        forking.guard(ours + [lane.fd for lane in self.lanes], self.in_copy)

    def in_copy(self):
        """In a copy that plugin code forked: streams end at their next value, locks are free."""
        encoding.pause.in_copy()
        self.dialect.in_copy()
        if metrics_module() is not None:
            metrics_module().in_copy()
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

                self.loop = Loop(self.calls > 1)
        return self.loop

    def load(self):
        """Makes the plugin and tells the daemon how that went; whether it went well."""
        self.control.send(HELLO, shown(self.hello()).encode())
        self.control.start()
        try:
            if self.problem is not None:
                raise self.problem
            self.dialect.prepare(self)
            plugin = loading.instance(self.parameters)
            self.dialect.made(plugin)
        except BaseException as error:
            if forking.copied:
                forking.leave_copy(error)
            report(error)
            self.control.send(FAILED, encoded(error)[:LONGEST_TEXT])
            return False
        if forking.copied:
            forking.leave_copy()
        self.plugin = plugin
        self.collector.loaded()
        self.context = contextvars.copy_context()
        self.states = States(self.dialect, plugin)
        self.control.write(self.states.look(False))
        self.control.send_metrics()
        self.control.send(OPEN, self.about().encode())
        self.control.add_lanes(self.lanes[1:])
        return True

    def hello(self):
        """What is known before any code of the plugin has run."""
        return dict(
            loading.environment(),
            protocol=PROTOCOL,
            dialect=self.dialect.name,
            calls=self.calls,
            beside=len(self.lanes) - self.calls,
            whole=self.dialect.whole,
            schemas=True,
            hooks=self.dialect.hooks,
            health=self.dialect.health,
            stats={key: default for member, key, _, default in self.dialect.attributes if member == "stats"},
        )

    def about(self):
        """What the plugin is and can do, as JSON."""
        plugin = self.plugin
        about = {name: loading.attribute(plugin, name, self.dialect) for name in ("name", "version")}
        about["can"] = any_encode(loading.abilities(plugin))
        hooks = [hook for hook, method in HOOKS.items() if loading.has(plugin, method)]
        if hooks or self.dialect.hooks:
            about["hooks"] = any_encode(hooks)
        wanted = loading.request_headers(plugin)
        if wanted is not None:
            about["context"] = "true"
            about["headers"] = shown(wanted)
        if self.dialect.endpoints:
            about["endpoints"] = any_encode([row[:3] for row in self.dialect.endpoints])
        return "{%s}" % ",".join('"%s":%s' % member for member in about.items())

    def serve(self, lane):
        """Answers the calls of one lane, on whichever thread."""
        try:
            lane.serve(self)
        except (BrokenPipeError, ConnectionResetError):
            self.daemon_is_gone()
        except BaseException as error:
            self.broken(error)

    @staticmethod
    def broken(error):
        """What the runner itself needs is gone, or it has a bug: no call can be answered any more."""
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
        """No worker is left to end what the plugin has started: it ends with us, if it is our group."""
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
