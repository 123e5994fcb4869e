#!/usr/bin/env python3
"""Random command lines and environments: a documented exit code, a clear line, never a signal, never a hang.

    fuzz_command_line.py [--seconds 10] [--seed N] [--binary PATH]

Options come from --help, with values that fit, almost fit and do not; variables, descriptors that are
closed and limits of descriptors as well. A worker that serves is ended by SIGTERM.
"""

import argparse
import json
import os
import random
import re
import resource
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from target import ROOT, keep, until

PATIENCE = 30.0
ECHO = str(ROOT / "Examples/Echo/echo.so")
# README.md has the table. 4, 8 and 9 are of plugins that this does not use; 127 is a host's own Python, not there.
DOCUMENTED = {0, 1, 2, 3, 5, 6, 7, 127}
VALUES = [
    b"", b"0", b"1", b"-1", b"65535", b"65536", b"18446744073709551616", b"1e3", b"0x10", b" 1", b"1 ", b"+1", b"nan",
    b"inf", b"0.5", b"1.5.", b"64MiB", b"1K", b"9999999G", b"1KB", b"127.0.0.1", b"::1", b"localhost", b"0.0.0.0",
    b"[::1]", b"http://a:1", b"null", b"*", b"a,b,,c", b"text", b"json", b"journal", b"debug", b"info", b"restart", b"Echo",
    ECHO.encode(), b"echo", b"./echo.so", b"/dev/null", b"/", b"/proc/self/mem", b"\xff\xfe", b"\x1b[2J", b"a\nb", b"a\rb",
    b"=", b"--", b"-", b"%s%n%n", "ä".encode(), b"\xed\xa0\x80", b"a" * 5_000, b"../" * 400,
]  # fmt: skip
WORDS = [b"--", b"-", b"probe", b"enable", b"status", b"-V", b"--help", b"--check-config", b"-x", b"--nope", b"---", b"-m"]
OTHERS = ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "INVOCATION_ID",
          "JOURNAL_STREAM", "HOME", "VIRTUAL_ENV", "CONDA_PREFIX", "LANG", "TZ"]  # fmt: skip
# Behind such a line the command line is shown again, and how to get help.
CLEAR = re.compile(rb"^(universal-worker: [^\x00-\x08\x0b-\x1f\x7f]+|\S+Z (info|warning|error) .+)$")


def options(binary: Path) -> list[bytes]:
    text = subprocess.run([str(binary), "--help"], stdout=subprocess.PIPE, check=True).stdout
    # What looks into other processes or runs another program is given its own values below.
    return sorted(set(re.findall(rb"--[a-z-]+", text)) - {b"--python", b"--ppid"})


class Case:
    """One start: what it is given."""

    def __init__(self, rng: random.Random, known: list[bytes]) -> None:
        self.arguments: list[bytes] = []
        if rng.random() < 0.7:
            module = ECHO.encode() if rng.random() < 0.8 else rng.choice(VALUES)
            self.arguments += [b"--module", module, b"--class", b"Echo" if rng.random() < 0.9 else rng.choice(VALUES)]
        if rng.random() < 0.6:
            self.arguments += [b"--port", b"0"]
        for _ in range(rng.choice([0, 0, 1, 1, 2, 8])):
            self.arguments += self._option(rng, known)
        if rng.random() < 0.2:
            rng.shuffle(self.arguments)
        if rng.random() < 0.02:
            self.arguments += [b"--allow-host", b"a"] * 2_000
        self.environment = {b"PATH": os.environb.get(b"PATH", b"/usr/bin:/bin")}
        for _ in range(rng.choice([0, 0, 1, 3])):
            name = rng.choice([known, [one.encode() for one in OTHERS]])
            variable = rng.choice(name).lstrip(b"-").replace(b"-", b"_").upper()
            is_ours = name is known
            self.environment[(b"UNIVERSAL_WORKER_" if is_ours else b"") + variable] = rng.choice(VALUES)
        self.closed = rng.sample([0, 1, 2], rng.choice([1, 2, 3])) if rng.random() < 0.1 else []
        self.descriptors = rng.choice([4, 8, 12, 16, 20, 30, 64]) if rng.random() < 0.1 else 0

    @staticmethod
    def _option(rng: random.Random, known: list[bytes]) -> list[bytes]:
        kind = rng.random()
        if kind < 0.1:
            return [rng.choice(WORDS)]
        if kind < 0.15:
            return [b"--ppid", rng.choice([b"0", b"1", b"-1", b"4194305", str(os.getpid()).encode(), b"x"])]
        name = rng.choice(known)
        if kind < 0.25:
            name = name[: rng.randint(1, len(name))]
        value = rng.choice(VALUES)
        return rng.choice([[name, value], [name, value], [name + b"=" + value], [name]])

    def prepare(self) -> None:
        """In the child, before it becomes the worker."""
        if self.descriptors:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.descriptors, self.descriptors))
        for descriptor in self.closed:
            os.close(descriptor)

    def text(self) -> bytes:
        shown = {
            "arguments": [one.decode("latin-1") for one in self.arguments], "closed": self.closed,
            "environment": {name.decode(): value.decode("latin-1") for name, value in self.environment.items()},
            "descriptors": self.descriptors,
        }  # fmt: skip
        return json.dumps(shown, indent=1).encode()


def minds_sigterm(worker: subprocess.Popen[bytes]) -> bool:
    """Whether it has come so far that it handles or blocks SIGTERM, which ends any program before that."""
    try:
        status = Path(f"/proc/{worker.pid}/status").read_text()
    except OSError:
        return True
    masks = [int(mask, 16) for mask in re.findall(r"^Sig(?:Blk|Cgt):\s+(\w+)$", status, re.M)]
    return not masks or any(mask >> (signal.SIGTERM - 1) & 1 for mask in masks)


def run(binary: Path, case: Case) -> tuple[int | None, bytes, bytes]:
    """The exit code, None for none, and what was printed; a worker that serves is told to end."""
    worker = subprocess.Popen(
        [str(binary).encode(), *case.arguments], env=case.environment, preexec_fn=case.prepare,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert worker.stdout and worker.stderr
    printed = {worker.stdout: b"", worker.stderr: b""}
    end_of_patience, told, serves = time.monotonic() + PATIENCE, False, 0.3
    open_ends = list(printed)
    while open_ends and time.monotonic() < end_of_patience:
        ready, _, _ = select.select(open_ends, [], [], serves if not told else 1)
        for end in ready:
            piece = os.read(end.fileno(), 65_536)
            printed[end] += piece
            if not piece:
                open_ends.remove(end)
        # What serves prints nothing more, and nothing at all where its output is closed or less is logged.
        if not told and (not ready or b"listening on" in printed[worker.stderr]) and minds_sigterm(worker):
            worker.send_signal(signal.SIGTERM)
            told = True
    try:
        if not told and case.closed and until(lambda: worker.poll() is not None or minds_sigterm(worker), PATIENCE):
            worker.send_signal(signal.SIGTERM)
        code: int | None = worker.wait(max(0.1, end_of_patience - time.monotonic()))
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
        code = None
    out, error = printed[worker.stdout], printed[worker.stderr]
    worker.stdout.close()
    worker.stderr.close()
    return code, out, error


def problem(case: Case, code: int | None, out: bytes, error: bytes) -> str | None:
    if code is None:
        return f"no end within {PATIENCE:.0f} s"
    if code not in DOCUMENTED:
        return f"exit code {code}: {error[-2000:]!r}"
    if code == 0 or case.closed:
        return None
    if code == 1 and b"FATAL: Failed to load " in out:
        return None
    lines = error.splitlines()
    if not lines or not CLEAR.match(lines[0]) or len(lines[0]) > 8_000:
        return f"exit code {code} without a clear line: {error[:2000]!r}"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/universal-worker")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    known = options(arguments.binary)
    codes: Counter[int | None] = Counter()
    stop = time.monotonic() + arguments.seconds
    found = None
    while not found and time.monotonic() < stop:
        case = Case(rng, known)
        code, out, error = run(arguments.binary, case)
        codes[code] += 1
        found = problem(case, code, out, error)
    if found:
        keep("command_line", f"--seed {arguments.seed}: {found}", case.text())
    shown = ", ".join(f"{count} × {code}" for code, count in sorted(codes.items(), key=str))
    print(f"command line: {codes.total()} starts, exit codes {shown}", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
