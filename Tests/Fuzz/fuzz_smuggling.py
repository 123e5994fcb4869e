#!/usr/bin/env python3
"""Mutated pipelined requests: none that stands inside another one's body is ever run.

    fuzz_smuggling.py [--seconds 10] [--seed N] [--binary PATH]

Each stream is several requests on one connection, with requests in their bodies, chunks and trailers, all
with a mark of their own, mutated byte by byte. plugins/marks.c tells which were run. The oracle is a
second reader of HTTP framing, below: what it does not find at the end of the request before must not be run.
After each batch /health answers, and descriptors and threads are where they were. On TCP and a Unix socket.
"""

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fuzz_http import HOST, KNOWN, PIECES, TOKEN
from target import ROOT, Target, keep

sys.path.insert(0, str(ROOT / "Tests/Load"))

from worker import Failure  # noqa: E402

BATCH = 200
# Of the worker's threads: docs/architecture.md.
MOST_THREADS = 24
# Shorter ones are what mutations have left of them.
MARK = re.compile(r"^mark (m\d{12,})$", re.M)
FRAMING = [
    *PIECES, b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding : chunked\r\n",
    b"Transfer-Encoding: chunked, identity\r\n", b"Transfer-Encoding:\x0bchunked\r\n", b"Content-Length: 0\r\n",
    b"Content-Length: +3\r\n", b"Content-Length: 0x10\r\n", b"Content-Length: 1, 2\r\n", b"Content-Length: -1\r\n",
    b"Content-Length: 18446744073709551617\r\n", b"Content-Length:\r\n", b"0\r\n\r\n", b";a=b", b";\n", b"\r\n\r\n",
    b"Connection: close\r\n", b"Connection: Transfer-Encoding\r\n", b"00000000000000001\r\n", b"\n\n", b"\x0b", b"\x0c",
]  # fmt: skip
# libmicrohttpd 0.9.75 skips a line that begins with NUL like an empty one (docs/libmicrohttpd.md).
START = re.compile(rb"(?:(?:\0[^\r\n]*)?\r?\n)*" + TOKEN + rb" [!-~]+ HTTP/1\.\d\r?\n")
FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*([^\r\n]*?)[ \t]*\r?\n")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")
END = re.compile(rb"\r?\n")


def head(data: bytes, at: int) -> tuple[dict[bytes, list[bytes]], int] | None:
    """The fields of the request that begins here, and where its header block ends."""
    start = START.match(data, at)
    if not start:
        return None
    fields: dict[bytes, list[bytes]] = {}
    at = start.end()
    while not (end := END.match(data, at)):
        field = FIELD.match(data, at)
        if not field:
            return None
        fields.setdefault(field[1].lower(), []).append(field[2])
        at = field.end()
    return fields, end.end()


def chunks_end(data: bytes, at: int) -> int | None:
    """Where a chunked body ends; None where it is broken, or has trailers, behind which nothing is read."""
    while size := CHUNK.match(data, at):
        at = size.end() + int(size[1], 16)
        end = END.match(data, at) if at < len(data) else None
        if not end:
            return None
        at = end.end()
        if int(size[1], 16) == 0:
            return at
    return None


def body_end(data: bytes, at: int, fields: dict[bytes, list[bytes]]) -> int | None:
    """Where the body ends that begins here; None where what follows is no request, whatever it looks like."""
    lengths, codings = set(fields.get(b"content-length", [])), fields.get(b"transfer-encoding", [])
    if lengths and codings or len(lengths) > 1 or len(codings) > 1:
        return None
    if codings:
        return chunks_end(data, at) if codings[0].lower() == b"chunked" else None
    if not lengths:
        return at
    length = lengths.pop()
    return at + int(length) if re.fullmatch(rb"\d{1,18}", length) else None


def allowed(data: bytes) -> Counter[str]:
    """The marks of what a strict reader of this stream may run."""
    marks: Counter[str] = Counter()
    at: int | None = 0
    while at is not None and at < len(data) and (found := head(data, at)):
        fields, at = found
        marks.update(mark.decode("latin-1") for mark in fields.get(b"x-mark", [])[:1])
        at = body_end(data, at, fields)
    return marks


class Streams:
    """Makes streams, each mark once."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.requests = 0

    def _request(self, depth: int) -> bytes:
        rng = self.rng
        self.requests += depth == 0
        mark = f"X-Mark: m{rng.randrange(1 << 60)}\r\n".encode()
        path = rng.choice([b"/any", b"/any", b"/execute", b"/health"])
        line = (b"GET " if path == b"/health" else b"POST ") + path + b" HTTP/1.1\r\n" + HOST + mark
        body = rng.choice([b"{}", b'{"args":[1]}', b""])
        if depth < 2 and rng.random() < 0.8:
            body = self._request(depth + 1)
        if rng.random() < 0.5:
            return line + b"Content-Length: %d\r\n\r\n" % len(body) + body
        cut = rng.randint(0, len(body))
        pieces = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (body[:cut], body[cut:]) if piece]
        trailers = rng.choice([b"", b"", b"X-Trailer: " + body.replace(b"\r\n", b" ") + b"\r\n"])
        return line + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(pieces) + b"0\r\n" + trailers + b"\r\n"

    def stream(self) -> bytes:
        rng = self.rng
        data = bytearray(b"".join(self._request(0) for _ in range(rng.randint(2, 6))))
        for _ in range(rng.choice([0, 1, 1, 2, 3, 5])):
            # Mostly where lines end, since there the framing is.
            ends = [match.start() for match in re.finditer(rb"\r\n", data)]
            at = rng.choice(ends) + rng.randint(-2, 4) if ends and rng.random() < 0.7 else rng.randrange(len(data))
            at = min(max(at, 0), len(data) - 1)
            kind = rng.randrange(6)
            if kind == 0:
                data[at] = rng.randrange(256)
            elif kind == 1:
                del data[at : at + rng.randint(1, 6)]
            elif kind == 2:
                data[at] ^= 1 << rng.randrange(8)
            elif kind == 3:
                begin = rng.randrange(len(data))
                data[at:at] = data[begin : begin + rng.randint(1, 40)]
            else:
                data[at:at] = rng.choice(FRAMING)
            if not data:
                break
        return bytes(data)


def split(data: bytes, rng: random.Random) -> Iterator[bytes]:
    """The stream in one piece, two or several."""
    while data and rng.random() < 0.4:
        cut = rng.randint(1, len(data))
        yield data[:cut]
        data = data[cut:]
    yield data


class Round:
    """The streams to one worker."""

    def __init__(self, target: Target, rng: random.Random) -> None:
        self.target, self.rng = target, rng
        self.streams = Streams(rng)
        self.sent, self.ran, self.seen = 0, 0, 0

    def batch(self) -> tuple[str, bytes] | None:
        """What was found, with its input."""
        streams = [self.streams.stream() for _ in range(BATCH)]
        for data in streams:
            self.sent += 1
            try:
                self.target.exchange(*split(data, self.rng))
            except TimeoutError:
                return "no end of the connection", data
            if self.target.process.poll() is not None:
                return f"the worker has ended with {self.target.process.returncode}", data
        self.target.check_rest(MOST_THREADS)
        text = self.target.printed(self.seen)
        self.seen += len(text.encode())
        ran = Counter(MARK.findall(text))
        self.ran += ran.total()
        for data in streams:
            # Each mark is of one stream alone, unless a mutation has copied it within the stream.
            marks = {mark: ran[mark] for mark in re.findall(r"m\d{12,}", data.decode("latin-1")) if mark in ran}
            smuggled = Counter(marks) - allowed(data)
            if smuggled and not KNOWN.search(data):
                return f"{dict(smuggled)} is run, though no request of its own", data
        return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/universal-worker")
    arguments = parser.parse_args()
    plugin = ROOT / ".build/fuzz/plugins/release/marks.so"
    wrong = 0
    for unix in (False, True):
        flags = ["--module", str(plugin), "--class", "Marks", "--log-level", "error"]
        with Target(flags, unix, arguments.binary) as target:
            work = Round(target, random.Random(f"{arguments.seed}/{unix}"))
            until = time.monotonic() + arguments.seconds / 2
            found = None
            try:
                while not found and time.monotonic() < until:
                    found = work.batch()
                if not found:
                    target.end()
            except Failure as failure:
                found = str(failure), b""
            if found:
                keep("smuggling", f"--seed {arguments.seed}: {found[0]}", found[1])
                wrong += 1
            name = "Unix" if unix else "TCP"
            print(f"smuggling, {name}: {work.streams.requests} requests in {work.sent} streams, {work.ran} run", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
