"""A class in this process, driven by the runner's code as a worker has it driven."""

import contextvars
import json
import threading
import time
from contextlib import contextmanager

from universal_worker_runner import calls, forking, loading, stopping
from universal_worker_runner.calls import Call, Request, perform
from universal_worker_runner.canceller import Canceller
from universal_worker_runner.control import force, signal_main
from universal_worker_runner.dialect import Original
from universal_worker_runner.frames import (
    CANCELLED,
    CONTEXT,
    ENDPOINT,
    ERROR,
    EXECUTE,
    INVALID,
    STREAM,
    UNSUPPORTED,
    Frame,
)
from universal_worker_runner.states import States

from .errors import Cancelled, Failed

TICK = 0.001  # s between two looks at whether a call is to be cancelled
AGAIN = 0.04  # s until a stop that has not been heeded comes once more, as with the worker


class Lane:
    """The call of the main thread, for the handler of the signal that stops it."""

    number = 0
    call = None


LANE = Lane()


class Dialect(Original):
    """The first hosts'; keeps what a plugin raised, which the test's exception has as its cause."""

    error = None

    def run(self, function, call, runner, arguments):
        call.scope.set()  # it is with the plugin, and may be cancelled
        return Original.run(self, function, call, runner, arguments)

    def failure(self, plugin, call, error):
        self.error = error
        return Original.failure(self, plugin, call, error)

    def refusal(self, plugin, call, error):
        self.error = error
        return Original.refusal(self, plugin, call, error)

    def is_cancelled(self, error):
        return True  # not told on stderr


class Lines:
    """What a stream has yielded, in the place of the runner's; it is to end after `limit` lines."""

    def __init__(self, call, limit):
        self.call = call
        self.limit = limit
        self.lines = []

    def put(self, line):
        self.lines.append(line)
        if len(self.lines) == self.limit:
            self.call.asked = True
        return self.call.asked


class Plugin:
    """One instance of a class, as `instance`; for `with`, which ends it as a worker does.

    Arguments and results go through JSON on their way, as they do with a worker. Calls run on the
    thread of the test; on the main thread they can be stopped by force as well. No event loop may run
    on it. Answers are those of the first hosts' worker; for later ones there is `Worker`.
    """

    def __init__(self, class_, grace=2.0):
        """`grace`: the seconds that a call has between cancel() and force, as `--cancel-grace`."""
        self.dialect = Dialect()
        self.loop = None
        self.grace = grace
        self._when = None
        self._request = None
        self._used = False
        self.plugin = self.instance = class_()
        self.context = contextvars.copy_context()
        self._states = States(self.dialect, self.instance)
        self._shown = {}
        if LANE.call is None and threading.current_thread() is threading.main_thread():
            stopping.install_stop(LANE)

    # What clients may ask.

    def call(self, *args, **kwargs):
        """Runs `execute`, and returns its result.

        :raises Failed: what it raised, or that it does not take these arguments.
        :raises Cancelled: it was stopped. A call that came to its end all the same has its result.
        """
        return self._ask(EXECUTE, calls.execute, self.dialect.arguments, [args, kwargs])

    def stream(self, *args, **kwargs):
        """Runs `execute_stream`, or else `execute`, to its end, and returns the list of what came.

        :raises Failed: likewise; its `lines` are what came before.
        """
        return self._ask(STREAM, calls.stream, self.dialect.arguments, [args, kwargs])

    def initialize(self, config=None):
        """Takes a configuration, any JSON value.

        :raises Failed: with status 400, what `initialize` raised.
        """
        try:
            self._ask(0, calls.initialize, self.dialect.configuration, config)
        except Failed as error:
            error.status = 400 if error.status == 500 else error.status
            raise

    def schema(self):
        """What GET /config_schema shows."""
        return self._ask(0, calls.schema, calls.nothing)

    def config(self):
        """What GET /config shows."""
        return self._ask(0, calls.config, calls.nothing)

    def body_schemas(self):
        """What the API document says of the bodies of calls, by path."""
        return self._ask(0, calls.bodies, calls.nothing)

    def hook(self, name, *arguments):
        """Asks prefetch, reconfigure, on_enable, on_disable or config_options, by the route's name.

        :raises Failed: with status 501 if the class has no such method.
        """
        head = json.dumps({"hook": name}).encode()
        payload = head + b"\n" + json.dumps(arguments).encode()
        return self._ask(ENDPOINT, calls.request, lambda frame: Request(frame.payload), payload)

    def cleanup(self):
        """Has the plugin let go of what it holds."""
        self._ask(0, calls.cleanup, calls.nothing)
        self._used = False

    @property
    def progress(self):
        """What GET /progress shows: {"progress": …, "message": …}."""
        return self._look()["progress"]

    @property
    def health(self):
        """Further members of GET /health, from the instance's `_health`; None without that."""
        return self._look().get("health")

    @property
    def not_ready(self):
        """Why GET /health/ready says that the plugin is not fit for calls; None if it is."""
        return self._look().get("not_ready")

    # How the next calls come about.

    @contextmanager
    def request(self, headers=None, timeout=None):
        """For `with`: calls in its block have these headers, and `timeout` seconds to their deadline.

        They are told; a call is not stopped at its deadline here.
        """
        wanted = [name.lower() for name in loading.request_headers(self.instance) or ()]
        pairs = [(name.lower(), value) for name, value in dict(headers or {}).items()]
        deadline = None if timeout is None else (time.monotonic() + timeout) * 1e9
        pairs = [pair for pair in pairs if pair[0] in wanted]
        self._request = {"headers": pairs, "deadline": deadline}
        try:
            yield self
        finally:
            self._request = None

    @contextmanager
    def cancelling(self, when=1):
        """For `with`: calls in its block are cancelled.

        `when`: after so many lines of a stream, and any other call as it starts; or a function of the
        instance, which is asked every millisecond beside the call whether it is time.
        """
        self._when = when
        try:
            yield self
        finally:
            self._when = None

    def _look(self):
        frame = self._states.look(True)
        if frame:
            self._shown.update(json.loads(frame[16:].decode()))
        return self._shown

    def _ask(self, kind, function, read, payload=None):
        if not isinstance(payload, bytes):
            payload = json.dumps(payload).encode()
        frame = Frame(kind, 0, 0, 1, payload)
        knows_requests = kind and loading.request_headers(self.instance) is not None
        if self._request is not None and knows_requests:
            frame.flags |= CONTEXT
            frame.payload = json.dumps(self._request).encode() + b"\n" + payload
        call = Call(1, kind, threading.Event())
        if kind == STREAM:
            call.lines = Lines(call, None if callable(self._when) else self._when)
        self._used = True
        self.dialect.error = self._cancel_error = None
        is_main = threading.current_thread() is threading.main_thread()
        if is_main:
            LANE.call = call
        ended = threading.Event()
        stop = (call, self._when, ended, is_main)
        stopper = threading.Thread(target=self._stop, args=stop, daemon=True)
        if self._when is not None and kind in (EXECUTE, STREAM, ENDPOINT):
            stopper.start()
        try:
            outcome = perform(function, read, call, self, frame)
        finally:
            ended.set()
            call.scope.set()
            if stopper.ident is not None:
                stopper.join()
            if is_main:
                LANE.call = None
        lines = [json.loads(line) for line in call.lines.lines] if call.lines else []
        if self._cancel_error is not None:
            raise self._cancel_error
        if outcome.kind == CANCELLED:
            raise Cancelled(lines=lines)
        if outcome.kind == ERROR:
            status = {INVALID: 400, UNSUPPORTED: 501}.get(outcome.flags, 500)
            text = bytes(outcome.payload).decode()
            raise Failed(text, status, lines) from self.dialect.error
        if kind == STREAM:
            return lines
        return json.loads(outcome.payload) if outcome.payload else None

    def _stop(self, call, when, ended, is_main):
        """Waits for the time to stop a call, and does it as the worker and its control thread do."""
        call.scope.wait()
        while not (when(self.instance) if callable(when) else call.asked or call.lines is None):
            if ended.wait(TICK):
                return
        call.asked = True
        if self.dialect.can_cancel(self.instance, False):
            try:
                Canceller(self).cancel(call, False)
            except BaseException as error:
                self._cancel_error = error
            if ended.wait(self.grace):
                return
        lane = LANE if is_main else Lane()
        lane.number = 0 if is_main else 1
        force(self, lane, call)
        while not ended.wait(AGAIN):
            if call.forced and call.task is None and is_main:
                signal_main()

    # What the runner's code asks of a runner.

    def coroutines(self):
        if self.loop is None or self.loop.is_closed():
            from universal_worker_runner.coroutines import Loop

            self.loop = Loop(False)
        return self.loop

    @staticmethod
    def copied():
        return forking.copied

    @staticmethod
    def leave_copy(error=None):
        forking.leave_copy(error)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            if self._used:
                self.cleanup()
        finally:
            if self.loop is not None and not self.loop.is_closed():
                self.loop.close()
                self.loop.loop.close()
