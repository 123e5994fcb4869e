"""Raw HTTP/1.x over a socket: what is sent is exactly the bytes given, what is read is kept whole."""

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

PATIENCE = 15.0
PORT_MARK = b"@PORT@"


class Closed(Exception):
    """The peer closed, or reset, before a whole answer was there."""


@dataclass
class Answer:
    status: int
    version: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    framing: str = "none"  # length, chunked, eof, or none
    trailers: list[tuple[str, str]] = field(default_factory=list)
    interim: int = 0  # how many 100 Continue came before

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key == name]
        return ", ".join(values) if values else None

    def says_close(self) -> bool:
        said = (self.header("connection") or "").lower()
        return said == "close" or (self.version == "HTTP/1.0" and said != "keep-alive")


class Connection:
    def __init__(self, port: int, patience: float = PATIENCE) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        """Sends each piece in a segment of its own. That the peer stopped listening shows in the answer."""
        if sum(piece.count(PORT_MARK) for piece in pieces) != b"".join(pieces).count(PORT_MARK):
            raise AssertionError("a piece ends within @PORT@")
        pause = min(0.01, 0.3 / len(pieces))
        for index, piece in enumerate(pieces):
            if index:
                time.sleep(pause)
            try:
                self.socket.sendall(piece.replace(PORT_MARK, str(self.port).encode()))
            except (BrokenPipeError, ConnectionResetError):
                return

    def _more(self) -> None:
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed
        self.buffer += data

    def _line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            self._more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def _exactly(self, count: int) -> bytes:
        parts: list[bytes] = [self.buffer]
        have = len(self.buffer)
        while have < count:
            self.buffer = b""
            self._more()
            parts.append(self.buffer)
            have += len(self.buffer)
        whole = b"".join(parts)
        self.buffer = whole[count:]
        return whole[:count]

    def _fields(self) -> list[tuple[str, str]]:
        fields: list[tuple[str, str]] = []
        while line := self._line():
            name, _, value = line.decode("latin-1").partition(":")
            fields.append((name.strip().lower(), value.strip()))
        return fields

    def _head(self) -> Answer:
        version, status, *_ = self._line().decode("latin-1").split(" ", 2)
        return Answer(int(status), version, self._fields())

    def _chunks(self, answer: Answer) -> Iterable[bytes]:
        while size := int(self._line().split(b";")[0], 16):
            yield self._exactly(size)
            if self._exactly(2) != b"\r\n":
                raise ValueError("a chunk does not end with CRLF")
        answer.trailers = self._fields()

    def _rest(self) -> bytes:
        try:
            while True:
                self._more()
        except Closed:
            rest, self.buffer = self.buffer, b""
            return rest

    def read(self, method: str) -> Answer:
        interim = 0
        while (answer := self._head()).status == 100:
            interim += 1
        answer.interim = interim
        length = answer.header("content-length")
        if method == "HEAD" or answer.status in (204, 304):
            return answer
        if (answer.header("transfer-encoding") or "").lower() == "chunked":
            answer.framing = "chunked"
            answer.body = b"".join(self._chunks(answer))
        elif length is not None:
            answer.framing, answer.body = "length", self._exactly(int(length))
        else:
            answer.framing, answer.body = "eof", self._rest()
        return answer

    def is_open(self) -> bool:
        """Whether a further request on this connection is answered."""
        self.send(request("GET", "/health"))
        try:
            return self.read("GET").status == 200
        except Closed:
            return False

    def ends(self, patience: float = 3.0) -> bool:
        """Whether the peer closes by itself, without sending more."""
        self.socket.settimeout(patience)
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def request(
    method: str,
    target: str,
    body: bytes | None = None,
    *headers: str,
    version: str = "HTTP/1.1",
    host: str | None = "127.0.0.1:@PORT@",
) -> bytes:
    """A well-formed request; what is not well-formed is written out by hand where it is needed."""
    lines = [f"{method} {target} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += headers
    framed = any(line.lower().startswith(("content-length:", "transfer-encoding:")) for line in headers)
    if body is not None and not framed:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def chunked(body: bytes, sizes: Iterable[int], extension: bytes = b"", trailers: bytes = b"") -> bytes:
    """The chunked coding of a body: chunks of these sizes (the last one repeats), and the end."""
    out, at, size = [], 0, 1
    remaining = iter(sizes)
    while at < len(body):
        size = next(remaining, size)
        part = body[at : at + size]
        at += len(part)
        out.append(b"%x%s\r\n%s\r\n" % (len(part), extension, part))
    return b"".join(out) + b"0" + extension + b"\r\n" + trailers + b"\r\n"
