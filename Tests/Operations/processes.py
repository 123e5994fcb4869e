"""What the checks start: workers, and what stands before them. All of it ends with its `with`."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / ".build/release/universal-worker"
PLUGIN = Path(__file__).with_name("waiting.py")
CONTRIB = ROOT / "contrib"
PATIENCE = 30.0


class Failure(Exception):
    """What a check found wrong, in words."""


def expect(true: bool, what: object) -> None:
    if not true:
        raise Failure(str(what))


def until(condition: Callable[[], Any], what: str) -> Any:
    """Looks until a condition holds, as it cannot be waited for; returns what it returned."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        expect(time.monotonic() < end, f"waited for {PATIENCE:.0f} s: {what}")
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def from_contrib(name: str, to: Path, changes: dict[str, str]) -> Path:
    """A copy of a file that users copy, with what they fill in; each placeholder has to be there."""
    text = (CONTRIB / name).read_text()
    for old, new in changes.items():
        expect(old in text, f"contrib/{name} has no {old!r}")
        text = text.replace(old, new)
    to.write_text(text)
    return to


class Process:
    """A process whose output goes to a file."""

    def __init__(self, command: Sequence[str], log: Path, **options: Any) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options
            )

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, condition: Callable[[], Any], what: str) -> None:
        """Looks until a condition holds, or until the process has ended, which is a failure."""

        def holds() -> bool:
            if self.process.poll() is not None:
                raise Failure(f"ended with {self.process.returncode} before {what}:\n{self.text()}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                return bool(condition())
            return False

        until(holds, what)

    def end(self) -> int:
        """Sends SIGTERM; how it ended."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"it has not ended {PATIENCE:.0f} s after SIGTERM:\n{self.text()}") from None


class Connection(http.client.HTTPConnection):
    """To a port, or to the path of a Unix socket."""

    def __init__(self, place: int | Path) -> None:
        super().__init__("127.0.0.1", place if isinstance(place, int) else 80, timeout=PATIENCE)
        self.place = place

    def connect(self) -> None:
        if isinstance(self.place, int):
            return super().connect()
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(os.fspath(self.place))


class Worker:
    """A worker on a port (`tcp`), on an inherited Unix socket, as systemd hands it over (`unix`), or on one that it
    makes itself (`--unix`), which a group may use then."""

    def __init__(self, name: str, folder: Path, kind: str = "tcp", group: str | None = None) -> None:
        self.name, self.folder = name, folder
        self.place: int | Path = free_port() if kind == "tcp" else folder / f"{name}.sock"
        self.listens = ["--port" if kind == "tcp" else "--unix", str(self.place)]
        if group:
            self.listens += ["--unix-group", group, "--unix-mode", "0660"]
        self.socket: socket.socket | None = None
        if kind == "unix":
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(os.fspath(self.place))
            self.socket.listen(128)

        self.process: Process | None = None

    def start(self, *options: str) -> None:
        command = [str(WORKER), "--module", str(PLUGIN), "--class", "Waiting", "--shutdown-grace", "10", *options]
        inherited = []
        if self.socket:
            inherited = [self.socket.fileno()]
            command += ["--fd", str(inherited[0])]
        else:
            command += self.listens
        environment = {**os.environ, "WORKER_NAME": self.name, "PYTHONDONTWRITEBYTECODE": "1"}
        log = self.folder / f"{self.name}.log"
        self.process = Process(command, log, env=environment, pass_fds=inherited)
        self.process.wait_for(lambda: self.ask("GET", "/health/ready")[0] == 200, f"{self.name} is ready")

    def stop(self) -> None:
        assert self.process
        code = self.process.end()
        expect(code == 0, f"{self.name} exits with {code}:\n{self.process.text()}")

    def kill(self) -> None:
        assert self.process
        self.process.process.kill()
        self.process.process.wait(PATIENCE)
        self.process = None

    def close(self) -> None:
        try:
            if self.process:
                self.stop()
        finally:
            if self.socket:
                self.socket.close()

    def ask(self, method: str, path: str, body: Any = None, host: str = "localhost") -> tuple[int, str]:
        connection = Connection(self.place)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def calls(self) -> list[str]:
        """The ids of the calls that it has."""
        return [call["id"] for call in json.loads(self.ask("GET", "/calls")[1])["calls"]]


def calls_done(metrics: str, endpoint: str = "/execute") -> int:
    """How many calls a worker has done."""
    sample = rf'^universal_worker_requests_total\{{endpoint="{endpoint}",outcome="ok"\}} (\d+)$'
    found = re.search(sample, metrics, re.MULTILINE)
    return int(found[1]) if found else 0


@contextlib.contextmanager
def workers(
    folder: Path, kind: str = "tcp", count: int = 2, group: str | None = None
) -> Iterator[list[Worker]]:
    with contextlib.ExitStack() as stack:
        started = []
        for number in range(1, count + 1):
            started.append(Worker(f"worker-{number}", folder, kind, group))
            stack.callback(started[-1].close)
            started[-1].start()
        yield started
