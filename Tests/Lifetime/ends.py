"""One end of one worker: the processes of it, a client, and what is left afterwards."""

import contextlib
import os
import re
import select
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / ".build" / "fixtures"
PATIENCE = 10.0


class Failure(Exception):
    """What a run found wrong, in words."""


class Gate:
    """A point at which a fixture says that it has arrived, and waits; Tests/Fixtures/README.md."""

    def __init__(self, folder: str) -> None:
        self.announce = os.path.join(folder, "announce")
        self.gate = os.path.join(folder, "gate")
        for path in (self.announce, self.gate):
            os.mkfifo(path, 0o600)
        # Both ways, so that neither side ever sees the other missing.
        self.ends = [os.open(path, os.O_RDWR | os.O_CLOEXEC) for path in (self.announce, self.gate)]

    def arrival(self) -> None:
        if not select.select([self.ends[0]], [], [], PATIENCE)[0]:
            raise Failure("no fixture arrives at the gate")
        os.read(self.ends[0], 100)

    def close(self) -> None:
        for end in self.ends:
            os.close(end)

    def kwargs(self) -> str:
        return f'"announce":"{self.announce}","gate":"{self.gate}"'

    def environment(self, function: str) -> dict[str, str]:
        return {
            f"FIXTURE_{function}_ANNOUNCE": self.announce,
            f"FIXTURE_{function}_GATE": self.gate,
        }


class Lines:
    """The lines of a pipe, each waited for with a deadline."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe
        self.text = ""

    def find(self, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + PATIENCE
        while True:
            whole = self.text[: self.text.rfind("\n") + 1]
            found = re.search(pattern, whole, re.MULTILINE)
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.pipe], [], [], left)[0]:
                raise Failure(f"no line like '{pattern}' in:\n{self.text}")
            read = os.read(self.pipe, 65_536)
            if not read:
                raise Failure(f"the end instead of a line like '{pattern}':\n{self.text}")
            self.text += read.decode(errors="replace")


class Host:
    """A host that dies on demand, its worker, and their keeper: Tests/Fixtures/host.c."""

    def __init__(
        self, binary: str, options: list[str], fixture: str, name: str, environment: dict[str, str]
    ) -> None:
        reading, self.control = os.pipe()
        self.process = subprocess.Popen(
            [
                str(FIXTURES / "host"),
                "--control",
                str(reading),
                *options,
                "--",
                binary,
                "--module",
                str(FIXTURES / f"{fixture}.so"),
                "--class",
                name,
                "--port",
                "0",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[reading],
            env={**os.environ, **environment},
        )
        os.close(reading)
        assert self.process.stdout and self.process.stderr
        self.reports = Lines(self.process.stdout.fileno())
        self.log = Lines(self.process.stderr.fileno())
        self.worker = int(self.reports.find(r"^worker (\d+)$")[1])

    def port(self) -> int:
        return int(self.log.find(r"listening on 127\.0\.0\.1:(\d+)")[1])

    def tell(self, command: str) -> None:
        os.write(self.control, command.encode())
        if command == "e":
            self.reports.find("^ended$")

    def end(self) -> tuple[str, str, int, bool]:
        """How the worker ended, before or after its host, after how many microseconds, and whether it left anything."""
        found = self.reports.find(r"^end (\w+ \d+) (early|late) (\d+) left (\d)$")
        return found[1], found[2], int(found[3]), found[4] == "1"

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self.control)
        assert self.process.stdout and self.process.stderr
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def post(port: int, path: str, body: str) -> socket.socket:
    """Sends a request, and does not wait for its answer."""
    client = socket.create_connection(("127.0.0.1", port), PATIENCE)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    client.sendall((head + body).encode())
    return client


def is_answered(port: int) -> bool:
    """Whether /health is answered."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.settimeout(PATIENCE)
        return client.recv(12) == b"HTTP/1.1 200"


def is_free(port: int) -> bool:
    """Whether a new socket can listen on the port."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", port))
            taken.listen()
        except OSError:
            return False
        return True


def folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="universal-worker-")
