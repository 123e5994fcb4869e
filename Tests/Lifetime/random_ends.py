#!/usr/bin/env python3
"""Ends workers at random: their hosts are killed, or they are, in whatever they do.

    random_ends.py [--count 60] [--seed N] [--latency N] [--binary PATH]

After each end, the exit code, the time it took, the processes that are left and the port are what
docs/lifetime.md says. `--latency N` measures instead, N times, from the SIGKILL of an idle worker's
host to the end of the worker. Needs `make build fixtures`.
"""

import argparse
import os
import random
import signal
import sys
from dataclasses import dataclass

from ends import ROOT, Failure, Gate, Host, folder, is_answered, is_free, post

GRACE = 1.2
# What an idle worker may need on a busy machine, and what its last words may.
PROMPT = 0.1
LAST_WORDS = 0.25


@dataclass(frozen=True)
class State:
    """What the worker does when its end comes."""

    fixture: str = "cancellation"
    name: str = "Deaf"
    path: str = ""
    # A function that waits, given by the environment.
    function: str = ""
    ends_when_cancelled: bool = True


STATES = {
    "idle": State("echo", "Echo"),
    "executing, stoppable": State(name="Polls", path="/execute"),
    "executing, told to stop": State(name="Pushed", path="/execute"),
    "executing, deaf": State(path="/execute", ends_when_cancelled=False),
    "streaming, stoppable": State(name="Polls", path="/execute_stream"),
    "streaming, deaf": State(path="/execute_stream", ends_when_cancelled=False),
    "initialising": State(
        "lifecycle", "Lifecycle", "/initialize", ends_when_cancelled=False
    ),
    "creating": State("lifecycle", "Lifecycle", function="CREATE"),
    "loading": State("constructor", "Constructor", function="LOAD"),
}
ENDS = ["kill the host", "end of the spawner", "SIGTERM", "two SIGTERMs", "SIGTERM, then kill"]
SPAWNERS = ["main", "thread", "child"]
REFUSALS: list[list[str]] = [[], [], ["--refuse", "1"], ["--refuse", "38"]]


class Slow(Failure):
    """An end that was right, but late."""


def expect(true: bool, what: str) -> None:
    if not true:
        raise Failure(what)


def take(host: Host, state: State, how: str) -> None:
    """Ends the worker in one way, and looks at how it took it."""
    if how == "end of the spawner":
        host.tell("e")
        expect(not state.path or is_answered(host.port()), "nobody is at home")
        how = "kill the host"
    if how == "kill the host":
        host.tell("k")
        code, when, limit = ["exited 5"], "late", GRACE
        if state.ends_when_cancelled:
            limit = PROMPT
    else:
        host.tell("t")
        is_busy = bool(state.path)
        # What is still being loaded is ended by the first signal, as is what is idle.
        code, when, limit = ["exited 0"], "early", GRACE if is_busy else PROMPT
        if not state.ends_when_cancelled:
            code = ["exited 6"]
        if is_busy and how != "SIGTERM":
            host.log.find("asks the worker to end")
            if how == "two SIGTERMs":
                host.tell("t")
                code, limit = ["exited 6"], PROMPT
            else:
                host.tell("k")
                code, when = ["exited 5"], "late"
                if state.ends_when_cancelled:
                    limit = PROMPT
        elif how == "two SIGTERMs":
            # The second may come before the first is taken, or too late.
            os.kill(host.worker, signal.SIGTERM)
            code = ["exited 0", "exited 6"]
    found, moment, took, leaves = host.end()
    expect(found in code, f"{found} instead of {' or '.join(code)}")
    expect(moment == when, f"{moment} instead of {when}")
    expect(not leaves, "a process is left")
    if took > (limit + LAST_WORDS) * 1e6:
        raise Slow(f"{took} us, more than {limit} s")


def run(binary: str, dice: random.Random) -> str:
    """One random end; raises `Failure`."""
    name = dice.choice(list(STATES))
    how, spawner = dice.choice(ENDS), dice.choice(SPAWNERS)
    options = ["--spawner", spawner, *dice.choice(REFUSALS), *dice.choice([[], ["--zombie"]])]
    state = STATES[name]
    title = f"{name}, {how} ({' '.join(options)})"
    with folder() as temporary:
        gate = Gate(temporary)
        environment = gate.environment(state.function) if state.function else {}
        host = Host(binary, options, state.fixture, state.name, environment)
        client = None
        try:
            port = 0 if state.function else host.port()
            if state.path == "/initialize":
                client = post(port, state.path, f"{{{gate.kwargs()}}}")
            elif state.path:
                client = post(port, state.path, f'{{"kwargs":{{{gate.kwargs()}}}}}')
            if state.path or state.function:
                gate.arrival()
            take(host, state, how)
            expect(not port or is_free(port), f"port {port} is not free")
            expect(not os.path.exists(f"/proc/{host.worker}"), "the worker is still there")
        except Failure as failure:
            raise type(failure)(f"{title}: {failure}") from None
        finally:
            if client:
                client.close()
            host.close()
            gate.close()
    return title


def run_patiently(binary: str, dice: random.Random) -> str:
    """A busy machine is late now and then, a slow worker always: a late end is tried again."""
    state = dice.getstate()
    for _ in range(2):
        try:
            return run(binary, dice)
        except Slow as slow:
            print(f"late: {slow}", flush=True)
            dice.setstate(state)
    return run(binary, dice)


def measure(binary: str, count: int, options: list[str]) -> list[int]:
    """Microseconds from a host's SIGKILL to its idle worker's end, sorted."""
    times = []
    for _ in range(count):
        host = Host(binary, options, "echo", "Echo", {})
        host.port()
        host.tell("k")
        found, _, took, _ = host.end()
        host.close()
        expect(found == "exited 5", found)
        times.append(took)
    return sorted(times)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--latency", type=int, default=0, metavar="N")
    parser.add_argument("--binary", default=str(ROOT / ".build/release/universal-worker"))
    arguments = parser.parse_args()
    if arguments.latency:
        for name, options in (("pidfd", []), ("/proc", ["--refuse", "1"])):
            times = measure(arguments.binary, arguments.latency, options)
            print(
                f"{name}: {len(times)} ends, median {times[len(times) // 2] / 1000:.2f} ms, "
                f"p99 {times[min(len(times) - 1, len(times) * 99 // 100)] / 1000:.2f} ms, "
                f"longest {times[-1] / 1000:.2f} ms"
            )
        return 0
    print(f"seed {arguments.seed}")
    dice = random.Random(arguments.seed)
    failed = 0
    for number in range(1, arguments.count + 1):
        try:
            print(f"ok {number}: {run_patiently(arguments.binary, dice)}", flush=True)
        except Failure as failure:
            failed += 1
            print(f"FAILED {number}: {failure}", flush=True)
    print(f"{arguments.count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
