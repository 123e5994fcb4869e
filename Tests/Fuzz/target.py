"""A worker that is fuzzed: how it is started, what is to be true of it at rest, and what is kept of a finding."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Load"))

from worker import RELEASE, Facts, expect, until  # noqa: E402

FIXTURES = ROOT / ".build/fixtures"
FINDINGS = ROOT / ".build/fuzz/findings"
PATIENCE = 30.0
# How long a client waits for more answers to a broken stream before it ends its direction.
SILENCE = 0.005


def keep(fuzzer: str, what: str, data: bytes) -> None:
    """Writes the input of a finding, and says what was found."""
    FINDINGS.mkdir(parents=True, exist_ok=True)
    path = FINDINGS / f"{fuzzer}-{hashlib.sha1(data).hexdigest()[:16]}"
    path.write_bytes(data)
    print(f"{fuzzer}: {what}; the input is {path}", flush=True)


class Target:
    """A worker on a listening socket of ours, TCP or Unix; what it prints goes to a file."""

    def __init__(
        self,
        arguments: Sequence[str],
        unix: bool = False,
        binary: Path = RELEASE,
        environment: dict[str, str] | None = None,
        waits: bool = True,
    ) -> None:
        """`waits`: until it is ready for calls; without, it may never be."""
        self.folder = tempfile.TemporaryDirectory(prefix="universal-worker-")
        if unix:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{self.folder.name}/socket")
            listener.listen(512)
        else:
            listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.family, self.address = listener.family, listener.getsockname()
        self.text = open(f"{self.folder.name}/text", "w+b")
        descriptor = listener.fileno()
        self.process = subprocess.Popen(
            [str(binary), "--fd", str(descriptor), *arguments],
            stdin=subprocess.DEVNULL, stdout=self.text, stderr=self.text, pass_fds=[descriptor],
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        # When the worker ends, so does the socket.
        listener.close()
        self.facts = Facts(self.process.pid)
        ready = not waits or until(lambda: self.process.poll() is not None or self._is_ready(), PATIENCE)
        expect(ready and not (waits and self.process.poll() is not None), f"the worker does not start:\n{self.printed()}")
        # As they are at the first rest: a start opens and closes some, and the first calls leave theirs.
        self.descriptors: Counter[str] | None = None

    def connect(self) -> socket.socket:
        connection = socket.socket(self.family)
        connection.settimeout(PATIENCE)
        connection.connect(self.address)
        return connection

    def exchange(self, *pieces: bytes) -> bytes:
        """All that is answered to these pieces, up to the end of the connection."""
        received = b""
        with self.connect() as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                # A client that has ended its direction is gone for the worker: it may run nothing more.
                received = self._until_silent(connection)
                connection.shutdown(socket.SHUT_WR)
            except TimeoutError:
                raise
            except OSError:
                pass  # closed already; its answer is there
            try:
                while more := connection.recv(65_536):
                    received += more
            except ConnectionError:
                pass
        return received

    @staticmethod
    def _until_silent(connection: socket.socket) -> bytes:
        received = b""
        connection.settimeout(SILENCE)
        try:
            while more := connection.recv(65_536):
                received += more
        except (TimeoutError, ConnectionError):
            pass
        connection.settimeout(PATIENCE)
        return received

    def _is_ready(self) -> bool:
        """False also where it ended while it was asked."""
        try:
            return self._ask("/health/ready", 2).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def _ask(self, path: str, patience: float = PATIENCE) -> bytes:
        with self.connect() as connection:
            connection.settimeout(patience)
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            received = b""
            while more := connection.recv(65_536):
                received += more
        return received

    def printed(self, since: int = 0) -> str:
        size = os.fstat(self.text.fileno()).st_size
        return os.pread(self.text.fileno(), max(0, size - since), since).decode(errors="replace")

    def check_rest(self, most_threads: int) -> None:
        """It answers, no call is left, and descriptors and threads are where they were."""
        expect(self.process.poll() is None, f"the worker has ended with {self.process.returncode}:\n{self.printed()[-3000:]}")
        expect(b'"status":"running"' in self._ask("/health"), "/health is not answered")
        idle = until(lambda: json.loads(self._ask("/calls").partition(b"\r\n\r\n")[2]) == {"calls": []}, PATIENCE)
        expect(idle, f"calls are left: {self._ask('/calls')!r}")
        if self.descriptors is None:
            settled = until(lambda: "socket" not in (self._descriptors() - Counter({"socket": 1})), PATIENCE)
            expect(settled, f"connections are left: {self._descriptors()}")
            self.descriptors = self._descriptors()
        closed = until(lambda: self._descriptors() == self.descriptors, PATIENCE)
        expect(closed, f"descriptors were {self.descriptors} and are {self._descriptors()}")
        ended = until(lambda: len(self.facts.threads()) <= most_threads, PATIENCE)
        expect(ended, f"there are {len(self.facts.threads())} threads: {self.facts.threads()}")

    def _descriptors(self) -> Counter[str]:
        """Without what /proc is looked up in for a moment."""
        return Counter(name for name in self.facts.descriptors() if not name.startswith("/proc/"))

    def end(self) -> None:
        """It ends with 0 after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        expect(code == 0, f"the worker ends with {code} after SIGTERM:\n{self.printed()[-3000:]}")

    def __enter__(self) -> "Target":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.text.close()
        self.folder.cleanup()
