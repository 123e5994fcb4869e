"""A client of one connection that takes answers apart strictly, and leaves it in every possible way."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from worker import Failure

# Above any answer of a load: what is longer is no answer.
LONGEST = 16 << 20


class Gone(Exception):
    """The connection ended before an answer was complete."""


@dataclass(frozen=True)
class Head:
    status: int
    version: str
    headers: dict[str, str]

    @property
    def closes(self) -> bool:
        connection = self.headers.get("connection", "").lower()
        return connection == "close" or (self.version == "HTTP/1.0" and connection != "keep-alive")


@dataclass(frozen=True)
class Answer:
    head: Head
    body: bytes
    trailers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return self.head.status

    def json(self) -> Any:
        """The body, which is to be JSON, as the header says that it is."""
        kind = self.head.headers.get("content-type")
        if kind != "application/json":
            raise Failure(f"a {self.status} has Content-Type {kind}, not application/json: {self.body[:200]!r}")
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Failure(f"a {self.status} is no JSON ({error}): {self.body[:200]!r}") from None


class Client:
    """One connection; any end of it in the middle of an answer is `Gone`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.is_usable = True

    @classmethod
    async def open(cls, port: int) -> "Client":
        with _gone():
            return cls(*await asyncio.open_connection("127.0.0.1", port, limit=LONGEST))

    async def send(self, data: bytes) -> None:
        with _gone():
            self.writer.write(data)
            await self.writer.drain()

    async def head(self) -> Head:
        """A status line and its headers; 100 is passed over."""
        while True:
            with _gone():
                block = await self.reader.readuntil(b"\r\n\r\n")
            first, *lines = block.decode("latin-1").split("\r\n")[:-2]
            version, status, _ = (first + "  ").split(" ", 2)
            if version not in ("HTTP/1.0", "HTTP/1.1") or len(status) != 3 or not status.isdigit():
                raise Failure(f"a status line is {first!r}")
            if status == "100":
                continue
            head = Head(int(status), version, _fields(lines))
            self.is_usable = not head.closes
            return head

    async def answer(self, has_body: bool = True) -> Answer:
        """A whole answer of a known length."""
        head = await self.head()
        length = head.headers.get("content-length", "")
        if not length.isdigit():
            raise Failure(f"an answer {head.status} has no Content-Length: {head.headers}")
        with _gone():
            return Answer(head, await self.reader.readexactly(int(length)) if has_body else b"")

    async def chunks(self, trailers: dict[str, str]) -> AsyncIterator[bytes]:
        """The chunks of a body, and afterwards its trailers."""
        with _gone():
            while True:
                size = int(await self.reader.readuntil(b"\r\n"), 16)
                if not size:
                    break
                chunk = await self.reader.readexactly(size + 2)
                if not chunk.endswith(b"\r\n"):
                    raise Failure(f"a chunk of {size} bytes ends in {chunk[-2:]!r}")
                yield chunk[:-2]
            while (line := await self.reader.readuntil(b"\r\n")) != b"\r\n":
                trailers.update(_fields([line.decode("latin-1").rstrip("\r\n")]))

    async def rest(self) -> bytes:
        """All up to the end of the connection; a reset is an end too."""
        self.is_usable = False
        data = bytearray()
        with contextlib.suppress(ConnectionError):
            while received := await self.reader.read(65_536):
                data += received
        return bytes(data)

    def half_close(self) -> None:
        self.is_usable = False
        with contextlib.suppress(OSError):
            self.writer.write_eof()

    def close(self, resets: bool = False) -> None:
        """Closes now, without waiting for what is not sent yet; politely or by a reset."""
        self.is_usable = False
        given: socket.socket | None = self.writer.get_extra_info("socket")
        if resets and given is not None and given.fileno() >= 0:
            with contextlib.suppress(OSError):
                given.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def _fields(lines: list[str]) -> dict[str, str]:
    fields = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise Failure(f"a header line is {line!r}")
        fields[name.lower()] = value.strip()
    return fields


@contextlib.contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except (ConnectionError, asyncio.IncompleteReadError, BrokenPipeError) as error:
        raise Gone(f"{error}" or type(error).__name__) from None
