"""One class for each way in which a Python plugin goes wrong, whatever a client asks: for the checker of plugins."""

import ctypes
import itertools
import os
import signal
import subprocess
import threading
import time


class Good:
    name, version = "Good", "1.0"

    def initialize(self, config):
        self.config = config

    def get_current_config(self):
        return {}

    def execute(self, *args, **kwargs):
        return [args, kwargs]

    def execute_stream(self, *args, **kwargs):
        yield from range(3)

    def cleanup(self):
        pass


class Endless(Good):
    def execute_stream(self, *args, **kwargs):
        for number in itertools.count():
            yield number
            time.sleep(0.001)


class Unfit(Good):
    def execute(self, *args, **kwargs):
        return object()


class UnfitLine(Good):
    def execute_stream(self, *args, **kwargs):
        yield {1, 2}


class NotANumber(Good):
    def execute(self, *args, **kwargs):
        return float("nan")


class Leave(Good):
    def execute(self, *args, **kwargs):
        os._exit(3)


class Crash(Good):
    def execute(self, *args, **kwargs):
        ctypes.string_at(0)


class Killed(Good):
    def execute(self, *args, **kwargs):
        os.kill(os.getpid(), signal.SIGKILL)


class KillParent(Good):
    def execute(self, *args, **kwargs):
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(1)


class HoldOn(Good):
    def execute(self, *args, **kwargs):
        while True:
            try:
                time.sleep(1)
            except BaseException:
                pass


class HoldTheLock(Good):
    def execute(self, *args, **kwargs):
        return sum(itertools.repeat(0))


class CancelBadly(Good):
    def cancel(self):
        raise RuntimeError("cannot")


class InitializeOnce(Good):
    def initialize(self, config):
        if hasattr(self, "config"):
            raise RuntimeError("initialized already")
        self.config = config


class RefuseButChange(Good):
    config = {}

    def initialize(self, config):
        self.config = {"config": config}
        if config != {}:
            raise ValueError("no such configuration")

    def get_current_config(self):
        return self.config


class SchemaOfNonsense(Good):
    def get_config_schema(self):
        return [1]


class CleanUpOnce(Good):
    cleaned = False

    def cleanup(self):
        if self.cleaned:
            raise RuntimeError("nothing to clean up")
        self.cleaned = True


class LeakDescriptor(Good):
    def execute(self, *args, **kwargs):
        os.open("/etc/hostname", os.O_RDONLY)


class LeakThread(Good):
    def execute(self, *args, **kwargs):
        threading.Thread(target=threading.Event().wait, daemon=True).start()


class LeakProcess(Good):
    def execute(self, *args, **kwargs):
        subprocess.Popen(["sleep", "1000"], start_new_session=True)
