#!/usr/bin/env python3
"""Mutated header blocks against the release binary: one answer each, and nothing smuggled.

    fuzz_http.py [--seed N] [--count N] [--binary PATH]

First every byte from 0 to 255 in the place of each byte of small requests and in front of it, then
random mutations of several kinds. Behind each lies a request for /smuggled, on the same connection.
Checked: the worker answers or closes within the patience, no request twice; and what lies
behind a header block is answered only if every line of the block is one. At the end the worker still
serves, and ends with 0. Needs `make build fixtures`.
"""

import argparse
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = b"Host: localhost\r\n"
BASES = [
    b"GET /health?a=1 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"POST /execute HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\n{}",
    b"POST /execute HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
]
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PIECES = [
    b": x\r\n", b":\r\n", b"\0", b"\0\r\n", b"\r\n", b"\n", b"\r", b" x\r\n", b"\tx: y\r\n", b" ", b"X : y\r\n", b"X",
    b"Content-Length: 99\r\n", b"Transfer-Encoding: gzip\r\n", b"Content-Length: 2\0 99\r\n", b"Host: evil\r\n",
    b"Expect: 100-continue\r\n", b"Cookie: a=b; c\r\n", b"\xc3\xa4", b"X: " + b"a" * 4000 + b"\r\n", b"&a=b" * 300,
]  # fmt: skip
PATIENCE = 20.0
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# A request line and fields, each as it should be; lines may end with LF alone, and empty ones come first.
WHOLE = re.compile(
    rb"(\r?\n)*" + TOKEN + rb" [!-~]+ HTTP/1\.\d\r?\n(" + TOKEN + rb":[\t -~\x80-\xff]*\r?\n)*\r?\n"
)
# What cannot be seen of libmicrohttpd 0.9.75 (docs/libmicrohttpd.md): a line that is a colon or begins with
# NUL where a line ends with LF alone; NUL before such an end, before a request line, or as a trailer.
KNOWN = re.compile(rb"^[\r\n]*\0|\n[:\0][^\r\n]*\n|[^\r]\n[:\0]\r|\0\n|\0\r\n\n|\n0+\r?\n\0")
ANSWER = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n")


def mutations(rng: random.Random, count: int) -> Iterator[bytes]:
    for base in BASES:
        for at in range(len(base)):
            for byte in range(256):
                yield base[:at] + bytes([byte]) + base[at + 1 :]
                if rng.random() < 0.1:
                    yield base[:at] + bytes([byte]) + base[at:]
    for _ in range(count):
        data = bytearray(rng.choice(BASES))
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(data))
            kind = rng.randrange(4)
            if kind == 0:
                data[at] = rng.randrange(256)
            elif kind == 1:
                del data[at : at + rng.randint(1, 8)]
            else:
                data[at:at] = rng.choice(PIECES)
        yield bytes(data)


def answers(port: int, data: bytes, rng: random.Random) -> bytes:
    """All that the worker says to `data`, sent in one piece or two, up to the end of the connection."""
    cut = rng.randrange(len(data)) if rng.random() < 0.3 else 0
    received = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        try:
            connection.sendall(data[:cut])
            connection.sendall(data[cut:])
            connection.shutdown(socket.SHUT_WR)
        except TimeoutError:
            raise
        except OSError:
            pass  # closed already; its answer is there
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionError:
            pass
    return received


def problem(data: bytes, received: bytes) -> str | None:
    """What is wrong with the answers to a mutated request and the one behind it."""
    final = [status for status in map(int, ANSWER.findall(received)) if status >= 200]
    if b"</html>HTTP" in received:
        return "went on behind libmicrohttpd's own page"
    if 500 in final:
        return "status 500"
    if len(final) > (data + SMUGGLED).count(b"HTTP/1."):
        return f"{len(final)} answers"
    if len(final) > 1 and not (WHOLE.match(data) or KNOWN.search(data)):
        return "went on behind a request that is not whole"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--binary", default=str(ROOT / ".build/release/universal-worker"))
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.set_inheritable(True)
    echo = ["--module", str(ROOT / "Examples/Echo/echo.so"), "--class", "Echo", "--fd", str(listener.fileno())]
    worker = subprocess.Popen(
        [arguments.binary, *echo, "--log-level", "error"],
        stdout=subprocess.DEVNULL, pass_fds=[listener.fileno()],
    )  # fmt: skip
    port, sent, wrong = listener.getsockname()[1], 0, 0
    try:
        for data in mutations(rng, arguments.count):
            sent += 1
            try:
                received = answers(port, data + SMUGGLED, rng)
                found = problem(data, received)
            except TimeoutError:
                found, received = "no end", b""
            if found:
                wrong += 1
                print(f"{found}: {data!r}\n    {received[:300]!r}")
            if worker.poll() is not None:
                print(f"the worker has ended with {worker.returncode} at {data!r}")
                return 1
        healthy = b'"status":"running"' in answers(port, BASES[0], rng)
    finally:
        worker.send_signal(signal.SIGTERM)
    code = worker.wait(PATIENCE)
    print(f"seed {arguments.seed}: {sent} requests, {wrong} wrong; healthy: {healthy}, exit code {code}")
    return 0 if wrong == 0 and healthy and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
