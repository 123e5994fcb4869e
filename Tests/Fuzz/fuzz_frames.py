#!/usr/bin/env python3
"""The frames of process plugins, both ends, each with a peer that does not keep to the protocol.

    fuzz_frames.py [--seconds 10] [--seed N] [--binary PATH]

A worker has frames_runner.py for its Python: it has to answer /health while it lives, and to end by itself
or after SIGTERM with a documented code. The runner of Python plugins has a worker that sends it spoilt
frames: it has to end within the patience, with 0 or with 70 and the reason on stderr. Nothing is left of either.
"""

import argparse
import json
import os
import random
import signal
import struct
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from target import PATIENCE, ROOT, Target, keep

sys.path.insert(0, str(ROOT / "Tests/Load"))
sys.path.insert(0, str(ROOT / "Python/tests"))

import driver  # noqa: E402
from worker import Failure, expect, until  # noqa: E402

RUNNER = Path(__file__).with_name("frames_runner.py")
# README.md: told to end, not loaded, ended by itself, left behind, no descriptors, by the signal that ended the runner.
DOCUMENTED = {0, 1, 6, 7, 9, -signal.SIGKILL}
REQUESTS = [
    ("POST", "/execute"), ("POST", "/execute"), ("POST", "/execute_stream"), ("POST", "/own"), ("GET", "/beside"),
    ("POST", "/initialize"), ("POST", "/cancel"), ("POST", "/cleanup"), ("POST", "/prefetch"), ("GET", "/config"),
    ("GET", "/progress"), ("GET", "/stats"), ("GET", "/metrics"), ("GET", "/health"), ("GET", "/health"),
]  # fmt: skip
LIFE = 1.5  # seconds for each worker


def ask(target: Target, rng: random.Random, stop: float) -> None:
    """A client that does not wait long, but for /health."""
    while time.monotonic() < stop and target.process.poll() is None:
        method, path = rng.choice(REQUESTS)
        body = b'{"args":[1]}' if method == "POST" else b""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Timeout: 0.3\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            with target.connect() as connection:
                connection.settimeout(PATIENCE if path == "/health" else 0.1)
                connection.sendall(head.encode() + body)
                connection.recv(65_536)
        except TimeoutError:
            expect(path != "/health", "/health is not answered")
        except OSError:
            pass


def worker(binary: Path, seed: str) -> int:
    """The exit code of a worker whose runner is hostile."""
    rng = random.Random(seed)
    arguments = ["--module", "fuzz", "--class", "Fuzz", "--python", str(RUNNER), "--log-level", "error"]
    if rng.random() < 0.3:
        arguments += ["--on-crash", "restart"]
    with Target(arguments, binary=binary, environment={"FRAMES_SEED": seed}, waits=False) as target:
        failures: list[Failure] = []

        def client(number: int) -> None:
            try:
                ask(target, random.Random(f"{seed}/{number}"), time.monotonic() + LIFE)
            except Failure as failure:
                failures.append(failure)

        threads = [threading.Thread(target=client, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        children = descendants(target.process.pid)
        if target.process.poll() is None:
            target.process.send_signal(signal.SIGTERM)
        code = target.process.wait(PATIENCE)
        if failures:
            raise failures[0]
        expect(code in DOCUMENTED, f"exit code {code}:\n{target.printed()[-3000:]}")
        expect("CRASH: " not in target.printed(), f"a crash:\n{target.printed()[-3000:]}")
        gone = until(lambda: not any(os.path.exists(f"/proc/{child}") for child in children), PATIENCE)
        expect(gone, f"processes are left: {children}")
        return code


def descendants(pid: int) -> list[int]:
    """The processes below this one, at the moment."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            continue
    return found + [below for child in found for below in descendants(child)]


def spoilt(rng: random.Random) -> bytes:
    """A frame for the runner, right or wrong."""
    payload = rng.choice([b"[[1],{}]", b"[[],{}]", b"", b"{", b"[" * 5_000, b"\xff", b"\0" * 20, b'{"hook":"prefetch"}\n',
                          b'{"endpoint":9}\n', b'[["x"],{"a":NaN}]', os.urandom(30)])  # fmt: skip
    kind = rng.choice(b"XXXXSSIDGKUBcfq" if rng.random() < 0.8 else bytes(range(256)))
    frame = bytearray(driver.HEADER.pack(len(payload), kind, rng.choice([0, 0, 1, 2, 255]), rng.choice([0, 0, 1, 65_535]),
                                         rng.choice([1, 2, 3, 0, 1 << 63])) + payload)  # fmt: skip
    if rng.random() < 0.2:
        frame[rng.randrange(len(frame))] = rng.randrange(256)
    if rng.random() < 0.05:
        frame[:4] = struct.pack("<I", rng.choice([0xFFFFFFFF, 1 << 28, 1 << 20, 1 << 16, 0]))
    return bytes(frame)


def runner(seed: str) -> int:
    """The exit code of a runner whose worker is hostile; the end of all sockets is its last word."""
    rng = random.Random(seed)
    with driver.Runner(concurrency=2, greeting=rng.choice("BBBBBBx")) as child:
        channels = [child.control, *child.lanes]
        try:
            if rng.random() < 0.8:
                child.opened()
            for _ in range(rng.randint(1, 30)):
                channel = rng.choice(channels)
                channel.socket.settimeout(0.05)
                channel.socket.sendall(spoilt(rng))
                if rng.random() < 0.1:
                    # What it answers is read, as far as it comes.
                    channel.socket.recv(65_536)
        except (OSError, AssertionError, ValueError):
            pass  # it has ended already, waits for nothing more, or has answered something else
        for channel in channels:
            channel.close()
        try:
            code: int = child.wait()
        except AssertionError as error:
            raise Failure(f"the runner does not end: {error}") from None
        # SIGKILL is what it gives its own group when the worker is gone.
        expect(code in (0, 1, 70, -signal.SIGKILL), f"exit code {code}: {child.log()[-2000:]}")
        expect(code != 70 or child.log().strip() != "", "exit code 70 without a reason")
        return code


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/universal-worker")
    arguments = parser.parse_args()
    wrong = 0
    for name in ("worker", "runner"):
        codes: Counter[int] = Counter()
        stop, number = time.monotonic() + arguments.seconds / 2, 0
        while time.monotonic() < stop:
            number += 1
            seed = f"{arguments.seed}/{name}/{number}"
            try:
                codes[worker(arguments.binary, seed) if name == "worker" else runner(seed)] += 1
            except (Failure, TimeoutError) as failure:
                keep("frames", f"{name}, seed {seed}: {failure}", json.dumps({"end": name, "seed": seed}).encode())
                wrong += 1
                break
        shown = ", ".join(f"{count} × {code}" for code, count in sorted(codes.items()))
        print(f"frames, {name}: {codes.total()} lives, exit codes {shown}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
