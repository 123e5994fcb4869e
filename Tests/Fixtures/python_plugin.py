"""A Python plugin that does what the tests of the binary ask for."""

import ctypes
import faulthandler
import itertools
import os
import subprocess
import sys
import tempfile
import threading


class Echo:
    name = "PyEcho"
    version = "2.0"

    def initialize(self, config):
        if isinstance(config, dict) and "gate" in config:
            self.gate((), config)
        if config == "bad":
            raise ValueError("no such configuration")
        self.config = config

    def get_current_config(self):
        return getattr(self, "config", {})

    def execute(self, *args, **kwargs):
        return getattr(self, kwargs.get("mode", "echo"))(args, kwargs)

    def execute_stream(self, n=3, value=None):
        for i in range(n):
            yield {"i": i if value is None else float(value)}

    def cleanup(self):
        print("cleaned up")

    @staticmethod
    def echo(args, kwargs):
        return {"args": args, "kwargs": kwargs}

    @staticmethod
    def measure(args, kwargs):
        """Updates metrics of its own; with `flood`, makes as many series."""
        import universal_worker

        labels = ["model", "text"]
        images = universal_worker.counter("images_total", "Images made.", labels)
        images.labels("tiny", 'a"b\\c\nd').inc(2)
        universal_worker.gauge("temperature", "How warm.").set(float(kwargs.get("value", "nan")))
        seconds = universal_worker.histogram("render_seconds", "How long.", buckets=[0.1, 1])
        seconds.observe(0.5)
        seconds.observe(7)
        for i in range(kwargs.get("flood", 0)):
            universal_worker.counter("flood_total", "Many.", ["i"]).labels(i).inc()

    @staticmethod
    def fail(args, kwargs):
        raise RuntimeError("it failed")

    def gate(self, args, kwargs):
        """Shows its progress, arrives at a gate, and waits there."""
        if "progress" in kwargs:
            self._progress = kwargs["progress"]
            self._status_message = "at the gate"
        with open(kwargs["announce"], "w") as announce:
            print("here", file=announce)
        with open(kwargs["gate"], "rb", buffering=0) as gate:
            gate.read(1)

    def later(self, args, kwargs):
        """Leaves a thread behind that shows progress once its gate is open."""

        def work():
            with open(kwargs["gate"], "rb", buffering=0) as gate:
                gate.read(1)
            self._progress = kwargs["progress"]

        threading.Thread(target=work, daemon=True).start()

    @staticmethod
    def infinite(args, kwargs):
        return float("inf")

    def burn(self, args, kwargs):
        self._progress = 0.5
        self._status_message = "burning"
        while True:
            pass

    @staticmethod
    def die(args, kwargs):
        os.kill(os.getpid(), kwargs["signal"])

    def crash(self, args, kwargs):
        """Dies in C code; with `own`, after it has named a file of its own for the stacks."""
        if "own" in kwargs:
            self.file = open(kwargs["own"], "w")
            faulthandler.enable(self.file)
        self.crash_by(kwargs["how"])

    @staticmethod
    def crash_by(how):
        if how == "fault":
            ctypes.string_at(0)
        if how == "abort":
            ctypes.PyDLL(None).abort()
        sys.setrecursionlimit(1 << 30)
        call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda depth: call(depth + 1))
        call(0)

    @staticmethod
    def storm(args, kwargs):
        """Dies among children that nothing has waited for, and orphans that end at the same time."""
        for _ in range(30):
            subprocess.Popen(["sh", "-c", "sleep 0.1 & exit 0"])
        os.kill(os.getpid(), kwargs["signal"])

    @staticmethod
    def variables(args, kwargs):
        """Those that a test has set, as its children see them."""
        seen = subprocess.check_output(["env"], universal_newlines=True).splitlines()
        pairs = sorted(line.split("=", 1) for line in seen if "=" in line)
        return {name: value for name, value in pairs if name == "OTHER" or "UNIVERSAL_" in name}

    @staticmethod
    def arenas(args, kwargs):
        """How many malloc has for that many threads, and the limit that children see."""
        barrier = threading.Barrier(kwargs["threads"])

        def work():
            held = bytearray(5000)  # more than Python takes from its own memory
            barrier.wait()
            return held

        threads = [threading.Thread(target=work) for _ in range(kwargs["threads"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        libc = ctypes.CDLL(None)
        libc.fopen.restype = ctypes.c_void_p
        with tempfile.NamedTemporaryFile() as told:
            stream = ctypes.c_void_p(libc.fopen(told.name.encode(), b"w"))
            libc.malloc_info(0, stream)
            libc.fclose(stream)
            made = told.read().count(b"<heap nr=")
        limit = subprocess.check_output(["sh", "-c", "echo $MALLOC_ARENA_MAX"])
        return [made, limit.decode().strip()]

    @staticmethod
    def threadless(args, kwargs):
        """Has no thread start any more, as under a limit of threads."""

        def start(thread):
            raise RuntimeError("can't start new thread")

        threading.Thread.start = start

    def swallow(self, args, kwargs):
        """Cannot be stopped by force: it holds on to whatever is raised."""
        for word in itertools.chain(["swallowing"], itertools.repeat(None)):
            try:
                if word:
                    print(word)
                swallowed()
            except BaseException:
                pass

    @staticmethod
    def leave(args, kwargs):
        os._exit(7)

    def taken(self, args, kwargs):
        return self.config

    @staticmethod
    def number(args, kwargs):
        return os.getpid()

    @staticmethod
    def hold(args, kwargs):
        """Holds the interpreter's lock in C code, from what it writes on, for ever."""
        return sum(itertools.chain(map(os.write, [1], [b"holding the lock\n"]), itertools.repeat(0)))

    @staticmethod
    def family(args, kwargs):
        """Starts what tries to stay: the numbers of this process, its parent, and all that it started."""
        sleep = ["sleep", "1000"]
        children = [subprocess.Popen(sleep), subprocess.Popen(sleep, start_new_session=True)]
        command = "setsid sleep 1000 >/dev/null & echo $!"
        orphan = int(subprocess.check_output(["sh", "-c", command]))
        return [os.getpid(), os.getppid(), *(child.pid for child in children), orphan]

    @staticmethod
    def child(args, kwargs):
        return subprocess.Popen(["sleep", "1000"]).pid


def swallowed():
    while True:
        pass


class Deadly:
    """Dies by a signal before there is an instance."""

    def __init__(self):
        os.kill(os.getpid(), 9)


class Leaving:
    """Leaves before there is an instance."""

    def __init__(self):
        os._exit(7)


class Mortal(Echo):
    """Dies whenever it is made where a file says so."""

    def __init__(self):
        if os.path.exists(os.environ["MORTAL"]):
            os._exit(3)


class Broken:
    def __init__(self):
        raise RuntimeError("it cannot be made")


class Aware:
    """Sees its requests, and shows its health."""

    request_headers = ["TraceParent", "x-more"]
    _health = {"model": "none"}
    _not_ready = "not initialized"

    def initialize(self, config):
        self._health = {"model": "small", "deep": [1]}
        self._not_ready = None

    def execute(self, *args, **kwargs):
        if args == ("own key",):
            self._health = {"pid": 1}
            return None
        import time

        from universal_worker_runner import request

        left = request.deadline() and request.deadline() - time.monotonic()
        return [request.headers(), request.header("TRACEPARENT"), left and 50 < left < 100]


class Vague(Aware):
    request_headers = ["a b"]


class Gaining(Echo):
    """Gets its cancel by the configuration."""

    def initialize(self, config):
        self.cancel = lambda: print("cancelled\n", end="", flush=True)
