"""A plugin and adapters of the later dialects; `do` says what a call does. For the real packages too."""

import datetime
import logging
import os
import sys
import threading
import time
from dataclasses import dataclass

try:
    from cjm_substrate.core import capability, errors, wire
except ModuleNotFoundError:
    from cjm_plugin_system.core import capability, errors, wire


@wire.wire_type("probe.result")
@dataclass
class Result:
    text: str
    count: int = 1


@dataclass
class Mapped(dict):
    text: str


@dataclass
class Outer:
    """Holds what is a record and something else besides."""

    plain: dict
    inner: list


@dataclass
class Bare:
    when: datetime.datetime
    inner: Result


class Text(str):
    pass


class Wordless:
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


class Base(capability.ToolCapability):
    name = "probe"
    version = "3.2.1"

    def __init__(self):
        self.config = {}
        self.gates = {}

    def initialize(self, config=None):
        if isinstance(config, dict) and config.get("refuse"):
            raise ValueError("refused: %s" % config["refuse"])
        self.config = config or {}
        if self.config.get("do"):
            return self.execute(**self.config)

    def get_config_schema(self):
        return {"type": "object", "properties": {"do": {"type": "string"}}}

    def get_current_config(self):
        return dict(self.config)

    def execute(self, *args, **kwargs):
        return getattr(self, "do_" + kwargs.pop("do", "echo"))(*args, **kwargs)

    def execute_stream(self, *args, **kwargs):
        return getattr(self, "lines_" + kwargs.pop("do", "items"))(*args, **kwargs)

    def do_echo(self, *args, **kwargs):
        return {"args": args, "kwargs": kwargs}

    def do_value(self, name):
        return {
            "wire": Result("héllo"),
            "list": [Result("inside")],
            "bare": Bare(datetime.datetime(2020, 1, 2, 3, 4, 5), Result("x")),
            "outer": Outer({"a": [1, (2, None)]}, [Mapped("m"), Result("r"), {"k": Mapped("n")}, Text("t")]),
            "plain": [Outer({"a": [1, (2, None)], 1: True}, ["x", {}])],
            "keys": {1: "a", True: "b", None: "c", 2.5: "d"},
            "again": {"1": "a", 1: "b"},
            "tuple": (1, (2, 3)),
            "nan": [float("nan")],
            "infinity": float("inf"),
            "nan key": {float("nan"): 1},
            "surrogate": "\ud800",
            "set": {1},
            "bytes": b"x",
            "none": None,
            "big": 10**30,
            "text": "\u2028 \u00e9 \U0001f600",
            "float": 1e-7,
        }[name]

    def do_raise(self, name, *args):
        if name == "resource":
            shortfall = errors.ResourceShortfall("gpu_vram_mb", 10.0, 2.5)
            raise self.error("Resource")("no room", resource_shortfall=shortfall)
        if name == "input":
            raise self.error("Input")("wrong", fields_invalid=["a", "b"])
        if name == "transient":
            raise self.error("Transient")("later", retry_after_seconds=1.5)
        if name == "odd":
            raise self.error("Input")("wrong \ud800", fields_invalid=[float("nan"), float("inf")])
        if name == "fatal":
            raise self.error("Fatal")("broken")
        if name == "cancelled":
            raise self.error("Cancelled")("probe")
        if name == "detail":
            raise self.error("Input")("wrong", fields_invalid=["a", Wordless()])
        if name == "wordless":
            raise type("Quiet", (Wordless, self.error("Cancelled")), {})("probe")
        raise getattr(__import__("builtins"), name)(*args)

    @staticmethod
    def error(kind):
        found = [cls for name, cls in vars(errors).items() if name.endswith(kind + "Error")]
        return [cls for cls in found if cls.__name__ in ("Capability%sError" % kind, "Plugin%sError" % kind)][0]

    def do_identity(self):
        envelope = wire.get_call_envelope()
        return envelope and envelope.job_id

    def do_account(self, *events, fail=False, key="n"):
        for event in events:
            key = tuple(key) if isinstance(key, list) else key
            wire.record_account(event, {key: len(event), "when": datetime.date(2020, 1, 2)})
        if fail:
            raise ValueError("after accounts")
        return len(events)

    def do_usage(self, **usage):
        self.report_usage(usage)

    def do_log(self, text, level="INFO"):
        logging.getLogger("probe").log(getattr(logging, level), text)

    def do_log_and_wait(self, text):
        self.do_log(text)
        self.do_wait("log")

    def do_cancelled(self):
        return self._cancel_requested

    def do_wait(self, name="wait", say=True):
        """Until it is cancelled, or open() was called with that name."""
        gate = self.gates.setdefault(name, threading.Event())
        if say:
            print("waiting %s\n" % name, end="")  # by one write
        while not gate.wait(0.005):
            self.check_cancel()
        return "opened"

    def do_open(self, name):
        self.gates.setdefault(name, threading.Event()).set()

    def do_callback(self, name):
        called = threading.Event()
        with self.cancel_signal_to(called.set):
            print("waiting %s\n" % name, end="")  # by one write
            called.wait()
        return name + " was called"

    def do_helper(self):
        """The flag as a thread without the call's context sees it."""
        seen = []
        thread = threading.Thread(target=lambda: seen.append(self._cancel_requested))
        thread.start()
        thread.join()
        return seen[0]

    def do_thread(self):
        return threading.current_thread() is threading.main_thread()

    def do_modules(self):
        return [name for name in ("fastapi", "uvicorn", "starlette", "pydantic", "psutil") if name in sys.modules]

    def do_sleep(self, seconds):
        time.sleep(seconds)

    def do_progress(self, fraction, message):
        self._progress = fraction
        self._status_message = message

    def do_kill(self, signal):
        os.kill(os.getpid(), signal)

    def do_exit(self, code):
        os._exit(code)

    def lines_items(self, *args):
        yield from args

    def lines_value(self, name):
        yield self.do_value(name)

    def lines_identity(self, count):
        for _ in range(count):
            yield self.do_identity()

    def lines_raise(self, *args):
        yield "first"
        self.do_raise(*args)

    def lines_wait(self):
        yield "first"
        self.do_wait("stream")

    def lines_many(self, count):
        for number in range(count):
            yield number
            time.sleep(0.005)
            self.check_cancel()


class Probe(Base):
    def prefetch(self):
        self._progress = 0.5
        if self.config.get("prefetch") == "fail":
            raise RuntimeError("no model")
        if self.config.get("prefetch") == "wait":
            self.do_wait("prefetch")

    def reconfigure(self, old_config, new_config):
        if (new_config or {}).get("refuse"):
            raise ValueError("cannot change")
        self.config = {"old": old_config, "new": new_config}

    def on_enable(self):
        self.config = dict(self.config, enabled=True)

    def on_disable(self):
        if self.config.get("on_disable") == "fail":
            raise RuntimeError("cannot disable")

    def get_config_options(self):
        if self.config.get("options") == "fail":
            raise RuntimeError("no options")
        return {"model": {"options": [Result("a")], "constraints": {}}}

    def get_system_status(self):
        return {"cpu": 1.5, "when": datetime.datetime(2020, 1, 2)}

    def list_processes(self):
        raise NotImplementedError


class Tidy(Probe):
    def do_sleep(self, seconds):
        print("asleep for %s\n" % seconds, end="")
        time.sleep(seconds)

    def cleanup(self):
        print("cleaned up\n", end="")


class Few:
    """Nothing of the library, and hardly a method."""

    def execute(self, *args, **kwargs):
        return list(args)


class Late(Few):
    """Can be cancelled once it is initialized."""

    def __init__(self):
        self.stopped = threading.Event()

    def initialize(self, config=None):
        self.cancel = self.stopped.set

    def execute(self, *args, **kwargs):
        print("waiting %s\n" % args, end="")
        self.stopped.wait()
        return "stopped"

    def execute_stream(self):
        print("opened\n", end="")
        try:
            while True:
                yield 1
        finally:
            print("closed\n", end="")


class Lists(Probe):
    """Answers with what is no dict."""

    def get_config_options(self):
        return [1]

    def get_system_status(self):
        return [1]


class Numbers(Probe):
    """Answers with what is no dict in JSON."""

    def get_system_status(self):
        return type("Stats", (), {"to_dict": lambda self: {1: 2}})()


class Signed(Probe):
    def execute(self, number: int):
        return number


class Willing:
    """Has every attribute that is asked for."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: {"asked": name}


class Own(Probe):
    """Its cancel is about the whole instance."""

    def cancel(self):
        print("cancelled all")
        super().cancel()


class Stats:
    def to_dict(self):
        return {"gpu": [1, 2]}


class Monitor(Probe):
    name = "monitor"

    def get_system_status(self):
        return Stats()

    def list_processes(self):
        return [Result("p1"), {"pid": 2}]


class Broken(Probe):
    def get_system_status(self):
        raise RuntimeError("no status")

    def list_processes(self):
        raise NotImplementedError("not here")


class Bound:
    """An adapter."""

    task_name = "bound"

    def __init__(self, tool):
        self.tool = tool
        self.attribute = 1

    def double(self, value):
        return value * 2

    def result(self, text):
        return Result(text)

    def call(self, **kwargs):
        return self.tool.execute(**kwargs)

    def read(self, count):
        with open("/dev/zero", "rb", buffering=0) as file:
            return len(file.read(count))

    def replace_counters(self, path):
        """Puts another file where the counters of the process are read."""
        for number in os.listdir("/proc/self/fd"):
            name = "/proc/self/fd/" + number
            if os.path.exists(name) and os.readlink(name).endswith("/io"):
                os.dup2(os.open(path, os.O_RDONLY), int(number))

    def _hidden(self):
        return "hidden"


class Numbered(Bound):
    task_name = 5


class Account(Bound):
    task_name = "account"

    def unwritable(self):
        return self.tool.do_account("x", key=[1])


class Second(Bound):
    pass


class Other(Bound):
    task_name = "other"


class Nameless:
    def __init__(self, tool):
        pass


class Unbound:
    task_name = "unbound"

    def __init__(self, tool):
        raise RuntimeError("cannot be bound")


class Held(Probe):
    """Waits at a gate of the daemon's tests when it is made, if there is one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        gate = os.environ["HELD"]
        if os.path.exists(gate + ".gate"):
            with open(gate + ".announce", "w") as announce:
                print("here", file=announce)
            with open(gate + ".gate", "rb", buffering=0) as file:
                file.read(1)
