#!/usr/bin/env python3
"""A plugin that calls host functions at random, behind clients that keep it busy.

    fuzz_abi.py [--seconds 10] [--seed N] [--only thread,address,release]

The plugin is plugins/random_calls.c, which checks what the functions answer. Each client calls, streams,
cancels, asks and leaves. Checked: no build's worker dies or reports, /health answers throughout, and the
end is 0, also while the plugin goes on. `make fuzz` builds what the release needs, `make check-fuzz` the rest.
"""

import argparse
import random
import re
import sys
import threading
import time
from pathlib import Path

from target import ROOT, Target, keep

sys.path.insert(0, str(ROOT / "Tests/Load"))

from variants import VARIANTS, Variant  # noqa: E402
from worker import Failure, expect  # noqa: E402

CLIENTS = 6
PATHS = ["/execute", "/execute_stream", "/as-call", "/beside", "/alone", "/prefetch", "/initialize", "/reconfigure",
         "/on_enable", "/on_disable", "/cancel", "/cleanup"]  # fmt: skip
DOCUMENTS = ["/health", "/stats", "/metrics", "/calls", "/progress", "/config", "/config_schema", "/config_options",
             "/health/ready"]  # fmt: skip
# The plugin lets calls lie until others push them out, so clients do not wait for each answer.
WAIT = 0.02
REPORT = re.compile(r"WARNING: ThreadSanitizer|ERROR: AddressSanitizer|runtime error|^CRASH: |^FINDING: |Fatal error", re.M)
HOST_CALLS = re.compile(r"^host calls: (\d+)$", re.M)


def folder(variant: Variant) -> Path:
    return ROOT / ".build/fuzz/plugins" / variant.name


class Clients:
    """What is asked of one worker until `until`, and how often."""

    def __init__(self, target: Target, seed: str, until: float) -> None:
        self.target, self.until = target, until
        self.requests = 0
        self.failure: Exception | None = None
        self.threads = [threading.Thread(target=self._run, args=(f"{seed}/{number}",)) for number in range(CLIENTS)]

    def _run(self, seed: str) -> None:
        rng = random.Random(seed)
        try:
            while time.monotonic() < self.until and self.target.process.poll() is None:
                self._ask(rng)
                self.requests += 1
        except (OSError, Failure) as error:
            self.failure = self.failure or error

    def _ask(self, rng: random.Random) -> None:
        if rng.random() < 0.2:
            path = rng.choice(DOCUMENTS)
            head, body = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", b""
        else:
            path = rng.choice(PATHS)
            body = rng.choice([b"", b"{}", b'{"args":[1]}', b'{"old_config":1,"new_config":2}'])
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
            if rng.random() < 0.5:
                head += f"X-Timeout: {rng.choice(['0.01', '0.2'])}\r\n"
        with self.target.connect() as connection:
            connection.sendall(head.encode() + b"\r\n" + body)
            # /health has to answer, whatever the plugin does.
            connection.settimeout(30 if path == "/health" else WAIT)
            try:
                answer = connection.recv(65_536)
                expect(path != "/health" or answer.startswith(b"HTTP/1.1 200"), f"/health is answered {answer[:99]!r}")
            except (TimeoutError, ConnectionError):
                expect(path != "/health", "/health is not answered")


def fuzz(variant: Variant, seconds: float, seed: int) -> str | None:
    """What was found with one build."""
    plugin = folder(variant) / "random_calls.so"
    options = {variant.variable: variant.options} if variant.is_sanitized else {}
    arguments = ["--module", str(plugin), "--class", "RandomCalls", "--log-level", "error", "--shutdown-grace", "20"]
    with Target(arguments, binary=variant.binary, environment={**options, "RANDOM_CALLS_SEED": str(seed)}) as target:
        found: object = None
        clients = Clients(target, f"{seed}/{variant.name}", time.monotonic() + seconds)
        for thread in clients.threads:
            thread.start()
        for thread in clients.threads:
            thread.join()
        try:
            found = clients.failure
            target.end()
        except Exception as error:  # any that is not the end expected
            found = found or error
        text = target.printed()
        if reported := REPORT.search(text):
            found = text[reported.start() : reported.start() + 5000]
        calls = HOST_CALLS.search(text)
        print(f"abi, {variant.name}: {clients.requests} requests, {calls[1] if calls else 'no'} host calls", flush=True)
        if not found and not calls:
            found = "the plugin was not destroyed"
        return str(found) if found else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="release")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    wrong = 0
    for name in names:
        if found := fuzz(VARIANTS[name], arguments.seconds / len(names), arguments.seed):
            keep("abi", f"{name}, --seed {arguments.seed}: {found}", f"{name} {arguments.seed}\n{found}".encode())
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
