"""The plugin of most tests: `do` says what a call does."""

import gc
import os
import signal
import sys
import threading
import time
import weakref


class Plugin:
    name = "Plugin"
    version = "1.0"

    def execute(self, *args, **kwargs):
        function = getattr(self, "do_" + str(kwargs.pop("do", "echo")))
        return function(*args, **kwargs)

    def execute_stream(self, *args, **kwargs):
        function = getattr(self, "lines_" + str(kwargs.pop("do", "items")))
        return function(*args, **kwargs)

    def do_echo(self, *args, **kwargs):
        return {"args": args, "kwargs": kwargs}

    def do_none(self, *args):
        return None

    def do_hold(self, count):
        self.held = [object() for _ in range(count)]

    def do_cycle(self, keep=0):
        """Leaves an object to the collector, that of so many calls before; how many of these are still there."""
        self.cycles = [cycle for cycle in getattr(self, "cycles", []) if cycle() is not None]
        event = threading.Event()
        event.circle = event
        self.kept = (getattr(self, "kept", []) + [event])[-keep:] if keep else []
        self.cycles.append(weakref.ref(event))
        return len(self.cycles)

    def do_watch_objects(self):
        """Counts from now on how often all objects are asked for; how often they were."""
        if not hasattr(self, "asked"):
            self.asked, gc.get_objects = [], lambda *_: self.asked.append(1) or []
        return len(self.asked)

    def do_fail(self, text=None):
        raise RuntimeError() if text is None else RuntimeError(text)

    def do_raise(self, name, *args):
        raise {"exit": SystemExit, "interrupt": KeyboardInterrupt, "surrogate": ValueError}[name](*args)

    def do_thread(self):
        return threading.current_thread() is threading.main_thread()

    def do_sleep(self, seconds=60):
        print("sleeping", flush=True)
        time.sleep(seconds)

    def do_interrupts(self, stop_signal, times):
        """How many interrupts arrive that are sent while the handler of stops looks for one."""
        arrived = 0
        for _ in range(times):
            try:
                threading.Timer(0.0005, os.kill, (os.getpid(), signal.SIGINT)).start()
                signal.raise_signal(stop_signal)
                time.sleep(60)
            except KeyboardInterrupt:
                arrived += 1
        return arrived

    def do_spin(self):
        print("spinning")
        while True:
            pass

    def do_wait(self, how):
        print("waiting")
        if how == "lock":
            lock = threading.Lock()
            lock.acquire()
            lock.acquire()
        elif how == "queue":
            import queue

            queue.Queue().get()
        elif how == "join":
            thread = threading.Thread(target=time.sleep, args=(60,), daemon=True)
            thread.start()
            thread.join()
        elif how == "future":
            from concurrent.futures import ThreadPoolExecutor

            ThreadPoolExecutor(1).submit(time.sleep, 3).result()
        elif how == "subprocess":
            import subprocess

            subprocess.run(["sleep", "60"])
        elif how == "recv":
            import socket

            ends = socket.socketpair()
            ends[0].recv(1)
        elif how == "asyncio":
            import asyncio

            asyncio.run(asyncio.sleep(60))

    def do_swallow(self):
        """Loses the first stop, as careless code does."""
        try:
            print("sleeping")
            time.sleep(60)
        except BaseException as error:
            print("swallowed", type(error).__name__)
        time.sleep(60)

    def do_translate(self):
        try:
            print("sleeping")
            time.sleep(60)
        except BaseException as error:
            raise RuntimeError("translated") from error

    def do_exception(self):
        try:
            print("sleeping")
            time.sleep(60)
        except Exception:
            return "caught"

    def do_progress(self, fraction, message):
        self._progress = fraction
        self._status_message = message

    def do_report(self):
        """Reports, and goes on for long."""
        self._progress = 0.25
        self._status_message = "quarter"
        time.sleep(60)

    def do_later(self):
        """Leaves a thread behind that reports after the call."""

        def work():
            time.sleep(0.1)
            self._progress = 0.75
            time.sleep(60)

        threading.Thread(target=work, daemon=True).start()

    def do_getattr(self, name):
        import importlib

        module, _, attribute = name.rpartition(".")
        value = getattr(importlib.import_module(module), attribute)
        return value if isinstance(value, (str, list, type(None))) else repr(value)

    def do_write(self, text, err=False):
        (sys.stderr if err else sys.stdout).write(text)

    def do_crash(self, text):
        sys.stdout.write(text)
        os.kill(os.getpid(), 11)

    def do_exit(self, code):
        os._exit(code)

    def do_end_thread(self):
        import ctypes

        ctypes.CDLL(None).pthread_exit(None)

    def do_close(self, *descriptors):
        for descriptor in descriptors:
            os.close(descriptor)

    def do_threads(self, can_start):
        """Has no thread start, as under a limit, or has them start again."""
        if can_start:
            threading.Thread.start = self.start_thread
            return
        self.start_thread = threading.Thread.start

        def start(thread):
            print("no thread")
            raise RuntimeError("can't start new thread")

        threading.Thread.start = start

    def do_fork(self, then="return"):
        if os.fork() == 0:
            if then == "exit":
                sys.exit(3)
            if then == "raise":
                raise ValueError("in the copy")
            if then == "live":
                time.sleep(60)
                os._exit(0)
            return "the copy's"
        os.wait() if then != "live" else None
        return "the original's"

    def do_descriptors(self, how):
        import subprocess

        if how == "self":
            return sorted(map(int, os.listdir("/proc/self/fd")))
        if how == "system":
            command = "ls /proc/self/fd"
            with os.popen(command) as pipe:
                return sorted(map(int, pipe.read().split()))
        text = subprocess.check_output(["ls", "/proc/self/fd"], close_fds=False)
        return sorted(map(int, text.split()))

    def do_child(self):
        import subprocess

        return subprocess.Popen(["sleep", "60"]).pid

    def do_context(self, value):
        import contextvars

        global VARIABLE
        if VARIABLE is None:
            VARIABLE = contextvars.ContextVar("v", default=None)
        before = VARIABLE.get()
        VARIABLE.set(value)
        return before

    def lines_items(self, *items, **_):
        for item in items:
            yield item

    def lines_count(self, count, pause=0.0, fail=-1):
        try:
            for number in range(count):
                if number == fail:
                    raise RuntimeError("failed at %d" % number)
                yield number
                if pause:
                    time.sleep(pause)
        finally:
            print("the generator was closed")

    def lines_progress(self, count):
        for number in range(count):
            self._progress = (number + 1) / count
            yield number

    def lines_burst(self, count):
        """Dense lines, and then nothing for long."""
        for number in range(count):
            yield number
        print("burst over")
        time.sleep(60)
        yield "late"

    def lines_wide(self, size):
        text = "x" * size
        while True:
            yield text

    def lines_fork(self):
        yield "before"
        os.fork()
        yield "after"

    def lines_thread(self):
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        yield self.do_thread()

    def lines_list(self):
        return [1, 2, 3]

    def lines_ignore(self):
        """Yields again although it is closed."""
        while True:
            try:
                yield 1
            except GeneratorExit:
                pass


VARIABLE = None


class Cancellable(Plugin):
    """Has a cancel, which a running call looks at."""

    cancelled = False
    cancels = 0

    def cancel(self):
        self.cancels += 1
        self.cancelled = True
        if self.cancels == 13:
            raise RuntimeError("cannot stop")

    def do_poll(self):
        self.cancelled = False
        print("polling")
        while not self.cancelled:
            time.sleep(0.001)
        raise RuntimeError("cancelled")

    def do_cancels(self):
        return self.cancels

    def do_unlucky(self):
        self.cancels = 12


class Blocking(Cancellable):
    """Its cancel does not return."""

    def cancel(self):
        print("cancelling")
        threading.Event().wait()


class Whole(Plugin):
    """Has all methods."""

    config = None

    def initialize(self, config=None):
        if config == "refuse":
            raise ValueError("refused")
        self.config = config

    def get_config_schema(self):
        import datetime
        import enum
        import pathlib

        Colour = enum.Enum("Colour", [("RED", "red")])
        return {
            "set": {1},
            "enum": Colour.RED,
            "date": datetime.date(2020, 1, 2),
            "path": pathlib.PurePath("/x"),
            "bytes": b"xx",
            "nan": float("nan"),
            "tuple": (1, 2),
        }

    def get_current_config(self):
        return {"config": self.config}

    def cleanup(self):
        print("cleaned")


class Stubborn(Plugin):
    """Its optional methods raise."""

    def initialize(self, config):
        raise RuntimeError("no initialize")

    def get_config_schema(self):
        raise RuntimeError("no schema")

    def get_current_config(self):
        raise RuntimeError("no config")

    def cleanup(self):
        raise RuntimeError("no cleanup")


class Odd:
    """Neither name nor execute; one property that raises."""

    version = (1, 2)

    @property
    def name(self):
        raise RuntimeError("no name")


class AtExit(Plugin):
    def __init__(self):
        import atexit

        atexit.register(print, "atexit ran")
        threading.Thread(target=time.sleep, args=(60,)).start()  # not a daemon: holds an interpreter
