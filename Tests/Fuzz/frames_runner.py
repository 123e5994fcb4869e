#!/usr/bin/env python3
"""Plays a runner that does not keep to the protocol: stands for Python on the worker's command line.

docs/process-plugins.md has the protocol. FRAMES_SEED begins the dice. It greets and opens as it should, mostly,
answers calls and stops, and spoils what it sends more or less often.
"""

import os
import random
import select
import struct

HEADER = struct.Struct("<IBBHQ")
CONTROL, FIRST_LANE = 4, 5
RNG = random.Random(os.environ.get("FRAMES_SEED", "1"))
RATE = RNG.choice([0.02, 0.1, 0.3])
TEXTS = [
    b"", b"null", b"[1,2]", b'{"a":"\\ud800"}', b"NaN", b"1\n2\n3", b'"' + b"x" * 70_000 + b'"', b"[" * 2_000, b"\xff\xfe",
    b"{", b'{"progress":2,"message":3}', b'{"progress":0.5,"message":"half"}', b'{"stats":[],"health":{"status":1}}',
    b'{"not_ready":5}', b'{"series":[["counter","a_total","h","","1"],["gauge"],5],"dropped":-1}', b'{"series":{}}',
    b'{"status":200,"headers":{"X-A":"b"}}\n{}', b'{"status":99999,"headers":{"X-A\\r\\n":"b\\n"}}\nxx',
    b'{"status":"200","headers":5}\n', b'{"status":204}', b'{"protocol":1,"calls":2,"beside":1}', b"\x00" * 100,
]  # fmt: skip
HELLO = b'{"protocol":1,"runner":"fuzz","pid":%d,"calls":2,"beside":1,"whole":true,"dialect":"none"}' % os.getpid()
OPEN = (
    b'{"name":"Fuzz","version":"1.0","can":["execute","execute_stream","initialize","cleanup","cancel",'
    b'"get_config_schema","get_current_config"],"endpoints":[["POST","/own","call"],["GET","/beside","beside"]],'
    b'"hooks":["prefetch","on_enable"],"context":true,"headers":["x-a"]}'
)


def spoil(frame: bytes) -> bytes:
    """The frame with something wrong in it."""
    data = bytearray(frame)
    kind = RNG.randrange(6)
    if kind == 0:
        data[RNG.randrange(len(data))] = RNG.randrange(256)
    elif kind == 1:
        data[:4] = struct.pack("<I", RNG.choice([0, 1, 1 << 16, 1 << 28, 0xFFFFFFFF]))
    elif kind == 2:
        data[4] = RNG.choice(b"HOFPMCLRENAXSIDGKUBcfqZ\0")
    elif kind == 3:
        data[6:16] = os.urandom(10)
    elif kind == 4:
        del data[RNG.randrange(len(data)) :]
    else:
        data[16:] = RNG.choice(TEXTS)
        data[:4] = struct.pack("<I", len(data) - 16)
    return bytes(data)


def send(descriptor: int, kind: bytes, payload: bytes = b"", flags: int = 0, lane: int = 0, number: int = 0) -> None:
    frame = HEADER.pack(len(payload), kind[0], flags, lane, number) + payload
    data = spoil(frame) if RNG.random() < RATE else frame
    while data:
        data = data[os.write(descriptor, data) :]


def answer(lane: int, number: int) -> None:
    """The answer of a call; any kind of one, whatever was asked."""
    for _ in range(RNG.choice([0, 0, 1, 5, 40])):
        kind = RNG.choice([b"L", b"L", b"P"])
        payload = RNG.choice(TEXTS if RNG.random() < RATE else [b"1", b'{"i":1}\n2'])
        send(lane, kind, payload, RNG.choice([0, 1]), 0, number)
    if RNG.random() < RATE / 2:
        return
    kind = RNG.choice([b"R", b"R", b"R", b"E", b"N", b"A"])
    payload = RNG.choice(TEXTS if RNG.random() < RATE else [b"{}", b'{"status":200,"headers":{}}\n{}'])
    send(lane, kind, payload, RNG.randrange(8) if kind == b"E" else 0, 0, number)


def receive(descriptor: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = os.read(descriptor, count - len(data))
        if not more:
            raise SystemExit(0)
        data += more
    return data


def frame(descriptor: int) -> tuple[int, int, int]:
    """Kind, lane and id of the next frame, its payload left behind."""
    length, kind, _, lane, number = HEADER.unpack(receive(descriptor, HEADER.size))
    receive(descriptor, length)
    return kind, lane, number


def main() -> None:
    frame(CONTROL)
    send(CONTROL, b"H", HELLO)
    send(CONTROL, b"F" if RNG.random() < RATE / 4 else b"O", OPEN)
    ends = [CONTROL, FIRST_LANE, FIRST_LANE + 1, FIRST_LANE + 2]
    while True:
        ready, _, _ = select.select(ends, [], [], 0.05)
        for end in ready:
            kind, lane, number = frame(end)
            if end == CONTROL and kind == ord("q"):
                raise SystemExit(0)
            if end == CONTROL:
                send(CONTROL, b"C", RNG.choice([b"", b"why"]), RNG.choice([0, 1, 2, 4]), lane, number)
            else:
                answer(end, number)
        if RNG.random() < RATE:
            send(RNG.choice(ends), RNG.choice([b"P", b"M", b"C", b"L", b"R", b"O", b"H"]), RNG.choice(TEXTS), 0, RNG.randrange(4), RNG.randrange(9))
        if RNG.random() < RATE / 50:
            os.close(RNG.choice(ends))


if __name__ == "__main__":
    try:
        main()
    except OSError:  # the worker has closed its end, or we have closed ours
        raise SystemExit(70) from None
