#!/usr/bin/env python3
"""Kills the worker of a Python plugin at random: Python and its children, the worker or the host, whatever they do.

    random_kills.py [--count 40] [--seed N] [--binary PATH] [--python PATH]

After each end the worker's exit status is what the README says, calls are answered or broken as it
says, and no process, port or shared memory is left. Prints how long what was left took to end. Needs
`make build`.
"""

import argparse
import contextlib
import ctypes
import os
import random
import re
import select
import shutil
import signal
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ends import PATIENCE, ROOT, Failure, folder, is_free, post

VICTIM = Path(__file__).with_name("victim.py")
PHASES = ["import", "create", "initialize", "execute", "stream", "cleanup", "idle"]
LOADING = ("import", "create")
CALLS = ("initialize", "execute", "cleanup")
WAYS = ["sleep", "burn", "hold", "swallow", "flood"]
FAMILIES = [
    "none",
    "a child",
    "a session",
    "an orphan",
    "a deaf child",
    "a deaf session",
    "a fork",
    "a pool",
    "shared memory",
    "a thread",
]
MIRRORED = {signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE}
SIGNALS = [signal.SIGKILL] * 4 + [signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM, signal.SIGUSR1]
VICTIMS = ["python"] * 4 + ["worker"] * 3 + ["host"] * 3 + ["child"] * 3 + ["SIGTERM"] * 3
# Of what the plugin starts, these start processes that stay.
CHILDLESS = 0.05  # seconds in which a worker might wrongly end with it
WITHOUT_CHILD = ("none", "shared memory", "a thread")
STUCK = 60  # seconds
WALL = 0x40000000  # __WALL of waitpid(2): children of threads too
RESTART = ["--on-crash", "restart"]
DURING_THE_END = ["python", "worker", "host", ""]


@dataclass
class Plan:
    """One round: what the plugin does when, and who is killed."""

    phase: str
    way: str
    family: str
    name: str  # the plugin's class
    victim: str
    signal: signal.Signals
    # Milliseconds from the start to the kill; None for one after the phase has been reached.
    moment: float | None
    # After SIGTERM: who is killed in the middle of the end, and after how many milliseconds.
    second: str = ""
    delay: float = 0
    options: list[str] = field(default_factory=list)

    @classmethod
    def roll(cls, dice: random.Random) -> "Plan":
        phase = dice.choice(PHASES)
        plan = cls(
            phase,
            "lines" if phase == "stream" and dice.random() < 0.5 else dice.choice(WAYS),
            dice.choice(FAMILIES),
            dice.choice(["Victim", "Cancellable"]),
            dice.choice(VICTIMS),
            dice.choice(SIGNALS),
            dice.uniform(0, 400) if dice.random() < 0.3 else None,
        )
        if phase == "idle":
            plan.way = "none"
        if plan.victim == "child":
            plan.moment = None  # once it is there
            if plan.family in WITHOUT_CHILD:
                plan.family = "a deaf session"
        if plan.victim == "SIGTERM":
            plan.second = dice.choice(DURING_THE_END)
            plan.delay = dice.uniform(0, 1300)
        plan.options = dice.choice([[], ["--concurrency", "3"], RESTART])
        if plan.moment is not None and plan.options is RESTART:
            plan.options = []  # it may die while it loads, when nothing starts it again
        return plan

    @property
    def restarts(self) -> bool:
        """Whether another process is started in the place of the one that is killed."""
        return self.options is RESTART and self.victim == "python" and self.phase not in LOADING

    def __str__(self) -> str:
        who = self.victim if self.victim == "SIGTERM" else f"{self.signal.name} for {self.victim}"
        if self.victim in ("host", "child"):
            who = f"SIGKILL for {self.victim}"
        second = f", then {self.second} after {self.delay:.0f} ms" if self.second else ""
        when = f" {self.moment:.0f} ms after the start" if self.moment is not None else ""
        return (
            f"{self.phase} ({self.way}, {self.family}, {' '.join([self.name, *self.options])}):"
            f" {who}{second}{when}"
        )


def parents() -> dict[int, int]:
    """The parent of each process that there is, zombies too."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            stat = Path("/proc", name, "stat").read_text()
            found[int(name)] = int(stat.rpartition(")")[2].split()[1])
    return found


def descendants(root: int) -> list[int]:
    table, found = parents(), [root]
    for pid in found:
        found += [child for child, parent in table.items() if parent == pid]
    return found[1:]


def command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return ""


def runner(worker: int) -> int | None:
    """The process that runs the plugin: among the copies that it forked the one that leads their group."""
    for pid in descendants(worker):
        with contextlib.suppress(OSError):
            if "<universal-worker>" in command(pid) and os.getpgid(pid) == pid:
                return pid
    return None


def started(worker: int) -> int | None:
    """One of the processes that the plugin has started."""
    found = descendants(worker)
    own = {*(pid for pid, parent in parents().items() if parent == worker), runner(worker)}
    return next((pid for pid in reversed(found) if pid not in own), None)


class Round:
    """A host, its worker, and a client."""

    def __init__(self, plan: Plan, binary: str, python: str, temporary: str) -> None:
        self.plan = plan
        self.announce = os.path.join(temporary, "announce")
        os.mkfifo(self.announce, 0o600)
        self.announced = os.open(self.announce, os.O_RDWR | os.O_CLOEXEC)
        self.log = Path(temporary, "log")
        self.memory = f"uw-victim-{os.getpid()}"
        environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "VICTIM_PHASE": plan.phase if plan.phase != "idle" else "create",
            "VICTIM_WAY": plan.way,
            "VICTIM_FAMILY": plan.family,
            "VICTIM_ANNOUNCE": self.announce,
            "VICTIM_MEMORY": self.memory,
        }
        arguments = [binary, "--python", python, "--module", str(VICTIM), "--class", plan.name]
        arguments += ["--port", "0", *plan.options, "--ppid"]
        reading, writing = os.pipe()
        self.host = os.fork()
        if self.host == 0:
            self.be_host(arguments, environment, writing)
        os.close(writing)
        self.worker = int(os.read(reading, 100))
        os.close(reading)
        self.worker_fd = os.pidfd_open(self.worker)
        self.port = 0
        self.client: socket.socket | None = None

    def be_host(self, arguments: list[str], environment: dict[str, str], writing: int) -> None:
        """In a fork: starts the worker, and lives until it is killed."""
        try:
            host = os.getpid()
            worker = os.fork()
            if worker == 0:
                os.setsid()
                log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                os.dup2(log, 1)
                os.dup2(log, 2)
                os.execve(arguments[0], [*arguments, str(host)], environment)
            os.write(writing, str(worker).encode())
            while True:
                signal.pause()
        finally:
            os._exit(99)

    def text(self) -> str:
        """What is in the log now: the plugin may write it faster than it can be read."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            return log.read(os.fstat(log.fileno()).st_size).decode(errors="replace")

    def has_ended(self, seconds: float = 0) -> bool:
        return bool(select.select([self.worker_fd], [], [], seconds)[0])

    def listens(self) -> bool:
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", self.text())
        self.port = int(found[1]) if found else 0
        return found is not None

    def reach(self) -> None:
        """Brings the plugin into the phase."""
        plan = self.plan
        if plan.phase not in LOADING:
            deadline = time.monotonic() + PATIENCE
            while not self.listens():
                if time.monotonic() > deadline or self.has_ended(0.002):
                    raise Failure("it does not listen")
            path = {"stream": "/execute_stream", "idle": ""}.get(plan.phase, f"/{plan.phase}")
            if path:
                self.client = post(self.port, path, "{}")
        if not select.select([self.announced], [], [], PATIENCE)[0]:
            raise Failure("the plugin does not reach the phase")

    def follow(self) -> None:
        """Waits for the process that is started in the place of one that died; then ends the worker."""
        deadline = time.monotonic() + PATIENCE
        while "has been started again" not in self.text():
            if time.monotonic() > deadline or self.has_ended(0.002):
                raise Failure("the plugin's process is not started again")
        self.kill("worker", signal.SIGTERM)

    def kill(self, who: str, number: int = signal.SIGKILL) -> bool:
        """Sends a signal; false where there is no such process."""
        found = {"python": runner, "child": started}
        pid = found[who](self.worker) if who in found else {"host": self.host, "worker": self.worker}[who]
        if pid is None or self.has_ended():
            return False
        os.kill(pid, number)
        return True

    def answer(self) -> bytes:
        """All that the client gets, up to the end of its connection."""
        if self.client is None:
            return b""
        found = b""
        self.client.settimeout(PATIENCE)
        with contextlib.suppress(ConnectionResetError):
            while part := self.client.recv(1 << 16):
                found = (found + part)[-(1 << 17) :]
        return found

    def gather(self) -> tuple[int, float, dict[int, str]]:
        """The worker's status, how long what it left took to end, and what has not ended at all."""
        os.kill(self.host, signal.SIGKILL)  # the worker and all of its become ours
        began, status = time.monotonic(), None
        while True:
            try:
                pid, code = os.waitpid(-1, os.WNOHANG | WALL)
            except ChildProcessError:
                break
            if pid == self.worker:
                status = os.waitstatus_to_exitcode(code)
            elif pid == 0:
                if time.monotonic() - began > PATIENCE / 2:
                    break
                time.sleep(0.001)
        took = time.monotonic() - began
        left = {pid: command(pid) for pid in descendants(os.getpid())}
        assert status is not None
        return status, took, left

    def close(self) -> None:
        if self.client:
            self.client.close()
        with contextlib.suppress(ChildProcessError):
            while True:
                # Again and again: what they started becomes ours when they end.
                for pid in descendants(os.getpid()):
                    os.kill(pid, signal.SIGKILL)
                os.waitpid(-1, WALL)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"/dev/shm/{self.memory}")
        os.close(self.announced)
        os.close(self.worker_fd)


def expectation(plan: Plan, was_listening: bool, was_loading: bool) -> set[int]:
    """The exit statuses that the README names; a signal is negative."""

    def of(who: str, number: int) -> set[int]:
        if who == "worker":
            return {-number} if number != signal.SIGTERM else {0, 6}
        if who == "host":
            return {5}
        if number in MIRRORED:
            return {-number}
        # Between the plugin's introduction and the first line of the log it is either.
        return ({9} if not was_loading else set()) | ({1} if not was_listening else set())

    codes = {0} if plan.phase == "idle" else {0, 6}
    if plan.restarts:
        return codes  # that process does in its cleanup what the first one did
    if plan.victim == "child":
        return codes
    if plan.victim != "SIGTERM":
        return of(plan.victim, plan.signal)
    if plan.second:
        codes |= of(plan.second, signal.SIGKILL)
    return codes


def run(plan: Plan, binary: str, python: str) -> tuple[int, float]:
    """One round; the worker's status and the time that its remains took to end."""
    with folder() as temporary:
        this = Round(plan, binary, python, temporary)
        try:
            if plan.moment is None:
                this.reach()
            else:
                select.select([this.announced, this.worker_fd], [], [], plan.moment / 1000)
            was_listening = this.listens()
            # Without synchronisation the plugin may be introduced at any moment before it listens.
            was_loading = plan.moment is None and plan.phase in LOADING
            number = signal.SIGKILL if plan.victim == "host" else plan.signal
            if plan.victim == "SIGTERM":
                this.kill("worker", signal.SIGTERM)
                if plan.second and not this.has_ended(plan.delay / 1000):
                    this.kill(plan.second)
            elif plan.victim == "worker" and number not in MIRRORED:
                number = plan.signal = signal.SIGKILL
                this.kill("worker", number)
            elif plan.victim == "child":
                if not this.kill("child"):
                    raise Failure("the plugin has no child")
                if this.has_ended(CHILDLESS):
                    raise Failure("the worker ends with a child of its plugin")
                this.kill("worker", signal.SIGTERM)
            elif not this.kill(plan.victim, number):
                plan.victim, plan.signal = "worker", signal.SIGKILL
                this.kill("worker")
            elif plan.restarts:
                this.follow()
            if not this.has_ended(PATIENCE):
                raise Failure("the worker does not end")
            status, took, left = this.gather()
            expected = expectation(plan, was_listening, was_loading)
            if plan.moment is not None and not this.text():
                expected |= {-signal.SIGTERM}  # before it was ready to hear signals
            if status not in expected:
                raise Failure(f"ended with {status} instead of {sorted(expected)}")
            # The two things that a kill of the worker itself may leave, says docs/lifetime.md.
            in_the_end = plan.second == "worker" and status == -signal.SIGKILL
            if left and not in_the_end:
                raise Failure(f"left behind: {left}")
            kills_worker = plan.victim == "worker" or in_the_end
            if not kills_worker and os.path.exists(f"/dev/shm/{this.memory}"):
                raise Failure("shared memory is left behind")
            if this.port and not is_free(this.port):
                raise Failure(f"port {this.port} is not free")
            answer = this.answer()
            # What ran when the worker was told to end may have been cancelled by then.
            is_cancelled = bool(plan.second) and answer.startswith(b"HTTP/1.1 409 ")
            if status < 0 and plan.phase in CALLS and answer and not is_cancelled:
                raise Failure(f"a call was answered instead of broken: {answer!r}")
            if plan.restarts and plan.phase in CALLS and not answer.startswith(b"HTTP/1.1 500 "):
                raise Failure(f"the call that ran was answered with {answer!r}")
            if status < 0 and answer.endswith(b"\r\n0\r\n\r\n"):
                raise Failure("a stream was ended instead of broken")
            return status, 0 if left else took
        except Failure as failure:
            lines = [line[:200] for line in this.text().splitlines()[-20:]]
            raise Failure("\n  ".join([f"{plan}: {failure}", *lines])) from None
        finally:
            this.close()


def stuck(*_: object) -> None:
    raise Failure(f"the round is stuck after {STUCK} s")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--binary", default=str(ROOT / ".build/release/universal-worker"))
    parser.add_argument("--python", default=shutil.which("python3"))
    arguments = parser.parse_args()
    PR_SET_CHILD_SUBREAPER = 36
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("prctl")
    signal.signal(signal.SIGALRM, stuck)
    print(f"seed {arguments.seed}")
    dice = random.Random(arguments.seed)
    failed, times, statuses = 0, [], Counter()
    for number in range(1, arguments.count + 1):
        plan = Plan.roll(dice)
        signal.alarm(STUCK)
        try:
            status, took = run(plan, arguments.binary, arguments.python)
            times.append(took)
            statuses[status] += 1
            print(f"ok {number}: {plan}: {status}", flush=True)
        except Failure as failure:
            failed += 1
            print(f"FAILED {number}: {failure}", flush=True)
    times.sort()
    if times:
        print(
            f"what was left ended after {times[len(times) // 2] * 1000:.1f} ms (median), "
            f"{times[-1] * 1000:.1f} ms (longest)"
        )
    print("ends: " + ", ".join(f"{count} with {code}" for code, count in statuses.most_common()))
    print(f"{arguments.count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
