#!/usr/bin/env python3
"""Connections that are kept open and silent after one request each.

    idle_clients.py PORT COUNT

A process of its own, so that what it needs is not in the way of the one that measures. It prints
`open` when every connection has its answer, the half of them to /health and the half to /execute.
At a line on its stdin it looks whether all of them are still open and silent, closes them, every
other one by a reset, and prints `closed`. What is wrong goes to stderr, with exit code 1.
"""

import selectors
import socket
import struct
import sys

from worker import Failure, allow_descriptors, expect

BODY = b'{"args":[1],"kwargs":{"two":3}}'
HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
EXECUTE = b"POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
PATIENCE = 30.0
# So many at once; the backlog of the worker's socket has room for more.
WAVE = 100


def is_complete(answer: bytes) -> bool:
    """Whether an answer with a Content-Length is all there."""
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
    return len(body) >= int(length)


def ask(port: int, requests: list[bytes]) -> list[socket.socket]:
    """Opens a connection for each request, and returns them when all answers have come."""
    waiting = selectors.DefaultSelector()
    clients = []
    for request in requests:
        client = socket.create_connection(("127.0.0.1", port), PATIENCE)
        client.sendall(request)
        clients.append(client)
        waiting.register(client, selectors.EVENT_READ, bytearray())
    while waiting.get_map():
        ready = waiting.select(PATIENCE)
        expect(bool(ready), f"{len(waiting.get_map())} requests have no answer after {PATIENCE:.0f} s")
        for key, _ in ready:
            assert isinstance(key.fileobj, socket.socket)
            received = key.fileobj.recv(4096)
            key.data.extend(received)
            expect(bool(received), f"a connection is closed after {bytes(key.data)!r}")
            if is_complete(key.data):
                expect(key.data.startswith(b"HTTP/1.1 200 "), f"an answer is {bytes(key.data)!r}")
                waiting.unregister(key.fileobj)
    waiting.close()
    return clients


def is_idle(client: socket.socket) -> bool:
    """Whether a connection is open, and nothing has come on it."""
    client.setblocking(False)
    try:
        client.recv(1)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def main() -> None:
    port, count = int(sys.argv[1]), int(sys.argv[2])
    allow_descriptors(count + 50)
    clients: list[socket.socket] = []
    while len(clients) < count:
        wave = min(WAVE, count - len(clients))
        clients += ask(port, [EXECUTE if number % 2 else HEALTH for number in range(wave)])
    print("open", flush=True)
    sys.stdin.readline()
    gone = sum(not is_idle(client) for client in clients)
    expect(not gone, f"{gone} of {count} idle connections were not left alone by the worker")
    # Of each kind of request, every other one.
    for number, client in enumerate(clients):
        if number // 2 % 2:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    print("closed", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (Failure, OSError) as failure:
        sys.exit(f"{failure}")
