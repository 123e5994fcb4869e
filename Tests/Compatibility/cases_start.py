"""The command line: how our worker starts, refuses to start, and ends. These need no original."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from wire import Closed, Connection, request
from workers import HERE, Unusable, Worker, free_port

Result = tuple[str, list[str]]


class Ended:
    """A worker that ended by itself, as one that cannot start has to."""

    def __init__(self, command: Sequence[str], *options: str) -> None:
        try:
            done = subprocess.run(
                [*command, *options],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=30,
                env={**os.environ, "PYTHONPATH": str(HERE)},
            )
            self.code: int | None = done.returncode
            self.out, self.err = done.stdout, done.stderr
        except subprocess.TimeoutExpired as late:
            self.code, self.out, self.err = None, str(late.stdout), "still running after 30 s"

    def wrong(self, code: int, out: str = "", err: str = "") -> list[str]:
        lines = []
        if self.code != code:
            lines.append(f"exit code {self.code}, wanted {code}; stderr: {self.err[-300:]!r}")
        if not any(line.startswith(out) for line in self.out.splitlines() or [""]):
            lines.append(f"stdout {self.out[-300:]!r}, wanted a line that begins {out!r}")
        if err.lower() not in self.err.lower():
            lines.append(f"stderr {self.err[-300:]!r}, wanted {err!r} in it")
        return lines


def usage_errors(command: Sequence[str], module: str) -> list[Result]:
    base = ["--module", module, "--class", "Echo"]
    port = ["--port", str(free_port())]
    lines: dict[str, list[str]] = {
        "no options": [],
        "no --class": ["--module", module, *port],
        "no --module": ["--class", "Echo", *port],
        "no --port": base,
        "--port without a number": [*base, "--port"],
        "--port that is no number": [*base, "--port", "x"],
        "--port out of range": [*base, "--port", "65536"],
        "negative --port": [*base, "--port", "-1"],
        "unknown option": [*base, *port, "--no-such-option"],
        "a word too many": [*base, *port, "word"],
        "--ppid that is no number": [*base, *port, "--ppid", "x"],
        "--port beside --fd": [*base, *port, "--fd", "3"],
    }
    results = []
    for name, options in lines.items():
        ended = Ended(command, *options)
        wrong = ended.wrong(2)
        if not ended.err.strip():
            wrong.append("nothing on stderr")
        results.append((f"command line: {name}", wrong))
    return results


def fatal(command: Sequence[str], name: str, given: str, plugin: str, reason: str) -> Result:
    """A start that ends with a FATAL line."""
    ended = Ended(
        command,
        "--module",
        given,
        "--class",
        plugin,
        "--port",
        str(free_port()),
        "--ppid",
        str(os.getpid()),
    )
    wrong = ended.wrong(1, out=f"FATAL: Failed to load {given}:{plugin} - ")
    if reason not in ended.out:
        wrong.append(f"stdout {ended.out[-300:]!r}, wanted {reason!r} in it")
    return f"command line: {name}", wrong


def unloadable(command: Sequence[str], module: str) -> list[Result]:
    rows = (
        ("module that is not there", "/nonexistent/plugin.so", "Echo", ""),
        ("module without a path that is not there", "no_such_module_here", "Echo", ""),
        ("module that is no library", str(HERE / "plugin.c"), "Echo", ""),
        ("class that is not there", module, "Nope", "Echo, Later, Stubborn"),
        ("class with an empty name", module, "", "Echo, Later, Stubborn"),
        ("class whose create fails", module, "Broken", "no such luck"),
        ("library that is no plugin", str(next(Path("/lib").glob("*/libm.so.6"))), "Echo", "uw_plugin_entry"),
    )
    return [fatal(command, *row) for row in rows]


def unloadable_python(command: Sequence[str], module: str) -> list[Result]:
    """As the original says it, to the end of the line."""
    rows = (
        ("module that is not there", "no_such_module_here", "Echo", "No module named 'no_such_module_here'\n"),
        ("module in no package", "no_such.module", "Echo", "No module named 'no_such'\n"),
        ("module without a name", "", "Echo", "Empty module name\n"),
        ("class that is not there", module, "Nope", f"module '{module}' has no attribute 'Nope'\n"),
        ("class with an empty name", module, "", f"module '{module}' has no attribute ''\n"),
        ("class that is no class", module, "SCHEMA", "'dict' object is not callable\n"),
        ("class whose constructor fails", module, "Broken", " - no such luck\n"),
    )
    return [fatal(command, *row) for row in rows]


def _answers(port: int) -> list[str]:
    try:
        with Connection(port, patience=5) as connection:
            connection.send(request("GET", "/health"))
            status = connection.read("GET").status
            return [] if status == 200 else [f"/health answers {status}"]
    except (OSError, Closed) as error:
        return [f"/health: {error!r}"]


def port_taken(command: Sequence[str], module: str) -> list[Result]:
    base = ["--module", module, "--class", "Echo"]
    results = []
    for name, backlog in (("taken port", True), ("port bound by another, who does not listen", False)):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            if backlog:
                taken.listen()
            port = str(taken.getsockname()[1])
            ended = Ended(command, *base, "--port", port)
            results.append((f"command line: {name}", ended.wrong(3, err=port)))
    return results


def forms(command: Sequence[str], module: str) -> list[Result]:
    """Spellings of a command line that all have to work."""
    here = str(os.getpid())

    def equals(number: int) -> list[str]:
        return [f"--module={module}", "--class=Echo", f"--port={number}", f"--ppid={here}"]

    def plain(number: int) -> list[str]:
        return ["--class", "Echo", "--port", str(number), "--module", module]

    spellings: dict[str, Callable[[int], list[str]]] = {
        "--x=y": equals,
        "without --ppid": plain,
        "--ppid 0": lambda number: [*plain(number), "--ppid", "0"],
        "-m twice": lambda number: ["-m", "something.else", *plain(number)],
    }
    results = []
    for name, spell in spellings.items():
        number = free_port()
        with Worker([*command, *spell(number)], number) as worker:
            results.append((f"command line: {name}", _ready(worker) or _answers(number)))
    return results


def _ready(worker: Worker) -> list[str]:
    try:
        worker.wait_ready(10)
        return []
    except Unusable as error:
        return [str(error)]


def inherited_socket(command: Sequence[str], module: str) -> Result:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        early = Connection(port, patience=10)  # in the backlog before the worker lives
        early.send(request("GET", "/health"))
        line = [*command, "--module", module, "--class", "Echo", "--fd", str(listener.fileno())]
        with Worker(line, port, (listener.fileno(),)) as worker, early:
            try:
                wrong = [] if early.read("GET").status == 200 else ["the early request was not answered"]
            except (Closed, TimeoutError) as error:
                wrong = [f"the early request: {error!r}; {worker.output()[-300:]!r}"]
            return "command line: --fd with a socket that already has a client", wrong or _answers(port)


def only_loopback(command: Sequence[str], module: str) -> Result:
    with Worker.start(command, module, "Echo") as worker:
        worker.wait_ready()
        wrong = []
        for address in ("127.0.0.2", socket.gethostbyname(socket.gethostname())):
            if address == "127.0.0.1":
                continue
            try:
                socket.create_connection((address, worker.port), timeout=1).close()
                wrong.append(f"it is reachable at {address}")
            except OSError:
                pass
        return "command line: binds 127.0.0.1 only", wrong


def terminated(command: Sequence[str], module: str) -> list[Result]:
    results = []
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        with Worker.start(command, module, "Echo") as worker:
            worker.wait_ready()
            start = time.monotonic()
            worker.process.send_signal(signal_number)
            try:
                code: object = worker.process.wait(30)
            except subprocess.TimeoutExpired:
                code = "none within 30 s"
            wrong = (
                [] if code == 0 else [f"exit code {code} after {time.monotonic() - start:.2f} s, wanted 0"]
            )
            results.append((f"command line: {signal.Signals(signal_number).name} ends it with 0", wrong))
    return results


def help_text(command: Sequence[str]) -> Result:
    ended = Ended(command, "--help")
    missing = [option for option in ("--module", "--class", "--port") if option not in ended.out]
    return "command line: --help", ended.wrong(0) + [
        f"--help does not speak of {option}" for option in missing
    ]


def check(command: Sequence[str], module: str, python: bool) -> list[Result]:
    load = unloadable_python if python else unloadable
    return [
        *usage_errors(command, module),
        *load(command, module),
        *port_taken(command, module),
        *forms(command, module),
        inherited_socket(command, module),
        only_loopback(command, module),
        *terminated(command, module),
        help_text(command),
    ]
