"""Plays the daemon: starts the runner's text under an interpreter and speaks frames with it."""

import json
import os
import select
import signal
import socket
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PLUGINS = os.path.join(HERE, "plugins")
sys.path.insert(0, os.path.dirname(HERE))

import bundle  # noqa: E402

# How long an event may take on a busy machine, in seconds.
PATIENCE = float(os.environ.get("UW_TEST_PATIENCE", "30"))
BOOT = "exec(compile(__import__('os').read(3,1<<20),'<universal-worker>','exec'),{})"
HEADER = struct.Struct("<IBBHQ")
FAST, INVALID, UNSUPPORTED, UNAVAILABLE, FORCE = 1, 1, 2, 4, 1
NOT_CANCELLED, NOT_SUPPORTED, GONE = 1, 2, 4
STOP_SIGNAL, STACKS_SIGNAL = signal.SIGRTMIN + 5, signal.SIGRTMIN + 6
PYTHON = os.environ.get("UW_TEST_PYTHON", sys.executable)
TEXT = bundle.bundle().encode()


class Frame:
    def __init__(self, kind, flags, lane, id_, payload):
        self.kind, self.flags, self.lane, self.id, self.payload = kind, flags, lane, id_, payload

    @property
    def text(self):
        return self.payload.decode()

    @property
    def json(self):
        return json.loads(self.payload)

    def __repr__(self):
        return "%s flags=%d lane=%d id=%d %r" % (
            self.kind,
            self.flags,
            self.lane,
            self.id,
            self.payload[:300],
        )


class Channel:
    """One socket of ours: whole frames out, whole frames in, each within PATIENCE."""

    def __init__(self, runner):
        self.socket, self.theirs = socket.socketpair()
        self.socket.settimeout(PATIENCE)
        self.runner = runner
        self.data = b""

    def send(self, kind, payload=b"", flags=0, id_=0, lane=0):
        head = HEADER.pack(len(payload), ord(kind), flags, lane, id_)
        self.socket.sendall(head + payload)

    def frame(self):
        """The next frame; None at the end."""
        header = self._take(16)
        if header is None:
            return None
        length, kind, flags, lane, id_ = HEADER.unpack(header)
        return Frame(chr(kind), flags, lane, id_, self._take(length))

    def _take(self, count):
        while len(self.data) < count:
            # What it prints is read meanwhile: it must not wait for us there.
            ready = select.select([self.socket, self.runner.output], [], [], PATIENCE)[0]
            assert ready, "no frame; log: %s" % self.runner.log()[-2000:]
            if self.socket not in ready:
                if not self.runner.log_more():
                    select.select([self.socket], [], [], PATIENCE)  # it has closed its output
                continue
            try:
                more = self.socket.recv(max(65536, count - len(self.data)))
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self.data += more
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def ready(self, seconds):
        """Whether something can be read within that time."""
        return bool(self.data) or bool(select.select([self.socket], [], [], seconds)[0])

    def close(self):
        self.socket.close()
        self.theirs.close()


class Lane(Channel):
    def __init__(self, runner, number):
        Channel.__init__(self, runner)
        self.number = number
        self.calls = 0
        self.states = []

    def begin(self, kind="X", payload=None, *args, **kwargs):
        """Sends a call, and returns its id."""
        flags = kwargs.pop("flags", 0)
        if payload is None:
            payload = json.dumps([list(args), kwargs]).encode()
        self.calls += 1
        self.send(kind, payload, flags, id_=self.calls)
        return self.calls

    def end(self):
        """The frame that ends the call, and the lines before it."""
        lines = []
        while True:
            frame = self.frame()
            if frame is None:
                return None, lines
            assert frame.kind == "P" or frame.id == self.calls, frame
            if frame.kind == "P":
                self.states.append(frame)
            elif frame.kind == "L":
                lines += frame.text.split("\n")
            else:
                return frame, lines

    def first_line(self):
        """Waits for a frame of lines."""
        while True:
            frame = self.frame()
            assert frame is not None and frame.kind in "PL", frame
            if frame.kind == "L":
                return frame

    def call(self, *args, **kwargs):
        self.begin("X", None, *args, **kwargs)
        return self.end()[0]

    def stream(self, *args, **kwargs):
        self.begin("S", None, *args, **kwargs)
        return self.end()

    def ask(self, kind, payload=b""):
        self.begin(kind, payload)
        return self.end()[0]


class Runner:
    """A child that runs the runner; `with` ends it and what it left."""

    def __init__(self, module="plug", class_name="Plugin", **options):
        self.python = options.pop("python", PYTHON)
        self.concurrency = options.pop("concurrency", 1)
        self.directory = options.pop("directory", PLUGINS)
        self.argv = options.pop("argv", ["universal-worker", "--module", module])
        self.environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        self.environment.update(options.pop("environment", {}))
        self.cwd = options.pop("cwd", None)
        self.flags = options.pop("flags", [])
        greeting = options.pop("greeting", "B")
        lanes = options.pop("offer", self.concurrency or 1)
        more = [(name, options.pop(name)) for name in ("dialect", "adapters", "metrics") if name in options]
        self.log_before = b""
        assert not options, options
        self.control = Channel(self)
        self.lanes = [Lane(self, n) for n in range(lanes or self.concurrency)]
        self.lane = self.lanes[0]
        entries = [("module", module), ("class", class_name), ("concurrency", self.concurrency)]
        entries += [("lanes", lanes)] * (lanes is not None) + more
        if self.directory is not None:
            entries.append(("path", self.directory))
        entries += [("unknown", "x")] + [("argv", argument) for argument in self.argv]
        boot = "".join("%s=%s\0" % entry for entry in entries)
        self.control.send(greeting, os.fsencode(boot))
        self.output, output = os.pipe()
        os.set_blocking(self.output, False)
        text = os.memfd_create("runner")
        os.write(text, TEXT)
        os.lseek(text, 0, os.SEEK_SET)
        theirs = [text, self.control.theirs.fileno()] + [x.theirs.fileno() for x in self.lanes]
        self.pid = os.fork()
        if self.pid == 0:
            self._become(theirs, output)
        os.close(text)
        os.close(output)
        self.status = None
        for channel in [self.control] + self.lanes:
            channel.theirs.close()

    def _become(self, theirs, output):
        """What docs/process-plugins.md asks of the daemon between fork and exec."""
        try:
            os.setpgid(0, 0)
            # Out of the way first: a source may have a number that is wanted.
            high = [fcntl_dup(fd, 1000) for fd in [output] + theirs]
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(high[0], 1)
            os.dup2(high[0], 2)
            for number, fd in enumerate(high[1:], 3):
                os.dup2(fd, number, inheritable=True)
            os.closerange(3 + len(theirs), 4096)
            if self.cwd is not None:
                os.chdir(self.cwd)
            # Also what we were born with: a shell ignores SIGINT in what it runs behind `&`.
            for number in signal.valid_signals():
                if signal.getsignal(number) is signal.SIG_IGN:
                    signal.signal(number, signal.SIG_DFL)
            arguments = [self.python, "-u", *self.flags, "-c", BOOT, "test"]
            os.execve(self.python, arguments, self.environment)
        except BaseException as error:
            os.write(2, repr(error).encode())
        finally:
            os._exit(127)

    def opened(self):
        """Waits for the plugin, and returns what HELLO and OPEN say."""
        hello = self.control_frame("H")
        return hello.json, self.control_frame("O", "F").json

    def failed(self):
        self.control_frame("H")
        return self.control_frame("F").text

    def control_frame(self, *kinds):
        """The next control frame of one of these kinds; states between are kept."""
        while True:
            frame = self.control.frame()
            assert frame is not None, "the runner is gone: %r" % self.log()[-2000:]
            if frame.kind in kinds:
                return frame
            assert frame.kind == "P", frame
            self.lane.states.append(frame)

    def stop(self, id_, flags=0, lane=0):
        self.control.send("c", flags=flags, id_=id_, lane=lane)
        return self.control_frame("C")

    def log(self):
        """What it has printed so far."""
        while self.log_more():
            pass
        return self.log_before.decode(errors="backslashreplace")

    def log_more(self):
        try:
            more = os.read(self.output, 65536)
        except BlockingIOError:
            return False
        self.log_before += more
        return bool(more)

    def logged(self, text):
        """Waits until it has printed that."""
        return self.logged_times(text, 1)

    def logged_times(self, text, times):
        deadline = time.monotonic() + PATIENCE
        while self.log().count(text) < times:
            assert select.select([self.output], [], [], PATIENCE)[0], self.log()[-2000:]
            assert time.monotonic() < deadline, self.log()[-2000:]
        return self.log()

    def wait(self):
        """Waits for its end: the exit code, or minus the signal."""
        if self.status is None:
            fd = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else None
            if fd is not None:
                assert select.select([fd], [], [], PATIENCE)[0], (
                    "still alive: %s" % self.log()[-2000:]
                )
                os.close(fd)
            status = os.waitpid(self.pid, 0)[1]
            self.status = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        return self.status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        if self.status is None:
            os.waitpid(self.pid, 0)
            self.status = -9
        os.close(self.output)
        for channel in [self.control] + self.lanes:
            channel.close()


def fcntl_dup(fd, lowest):
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD, lowest)
