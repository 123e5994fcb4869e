"""The worker that is measured: how it is started, what /proc says of it, and how it ends."""

import os
import resource
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / ".build/release/universal-worker"
ECHO = ROOT / "Examples/Echo/echo.so"


class Failure(Exception):
    """What a check found wrong, in words."""


def expect(true: bool, what: str) -> None:
    if not true:
        raise Failure(what)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Looks until a condition holds, as nothing in /proc can be waited for; False if it never did."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def allow_descriptors(needed: int) -> None:
    """Lets this process and those that it starts have so many descriptors, or says why not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, needed))
        except (OSError, ValueError):
            raise Failure(
                f"{needed} descriptors are needed in one process, and the hard limit (ulimit -Hn) is {hard}"
            ) from None
    elif soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


@dataclass(frozen=True)
class Memory:
    """In bytes."""

    resident: int
    anonymous: int

    def __str__(self) -> str:
        return f"{self.resident / 1e6:.1f} MB resident, {self.anonymous / 1e6:.1f} MB anonymous"


class Facts:
    """What /proc says of a process."""

    def __init__(self, pid: int) -> None:
        self.folder = Path(f"/proc/{pid}")

    def memory(self) -> Memory:
        fields = dict(line.split(":", 1) for line in (self.folder / "status").read_text().splitlines())
        return Memory(*(int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "RssAnon")))

    def descriptors(self) -> list[str]:
        """What each open descriptor is of, sorted; sockets and pipes without their numbers."""
        found = []
        for entry in (self.folder / "fd").iterdir():
            try:
                found.append(os.readlink(entry).split(":[")[0])
            except FileNotFoundError:  # closed meanwhile
                continue
        return sorted(found)

    def descriptor_count(self) -> int:
        return len(os.listdir(self.folder / "fd"))

    def threads(self) -> list[str]:
        """The names of all threads, sorted."""
        found = []
        for task in (self.folder / "task").iterdir():
            try:
                found.append((task / "comm").read_text().strip())
            except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
                continue
        return sorted(found)


class Worker:
    """A running worker, on a free port; what it prints goes to a file without a name."""

    def __init__(
        self,
        binary: Path,
        module: Path,
        name: str,
        flags: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> None:
        for needed in (binary, module):
            expect(needed.exists(), f"{needed} is missing: run `make build fixtures`")
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [str(binary), "--module", str(module), "--class", name, "--port", "0", "--ppid", str(os.getpid()), *flags],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
        self.facts = Facts(self.process.pid)
        self.port = 0
        if not until(self._listens, 30) or not self.port:
            self.kill()
            raise Failure(f"the worker does not start:\n{self.text()}")

    def _listens(self) -> bool:
        _, found, rest = self.text().partition("listening on 127.0.0.1:")
        if found and rest.partition("\n")[1]:
            self.port = int(rest.split()[0].rstrip(","))
        return bool(self.port) or self.process.poll() is not None

    def text(self) -> str:
        """All that it has printed."""
        size = os.fstat(self.log.fileno()).st_size
        return os.pread(self.log.fileno(), size, 0).decode(errors="replace")

    def is_running(self) -> bool:
        return self.process.poll() is None

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def exit_code(self, seconds: float) -> int:
        """How it ended; negative for a signal."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"the worker has not ended {seconds} s after SIGTERM") from None

    def kill(self) -> None:
        if self.is_running():
            self.process.kill()
            self.process.wait()

    def connect(self) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client
