"""What is compared: how each server is built, started, looked at and ended."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / ".build/bench"
ECHO = ROOT / "Examples/Echo/echo.so"
BUSY = BUILD / "busy.so"
WARNINGS = ["-std=c17", "-O2", "-Wall", "-Wextra", "-Werror"]
WORKER, FLOOR, STRICT, ORIGINAL = "worker", "floor", "strict", "original"
PYTHON = "python"  # the worker with the plugin of the original


class Unusable(Exception):
    """What the benchmarks need is not there, or does not work."""


def compile_all() -> None:
    """The C programs and plugins, each anew: it takes two seconds and cannot be stale."""
    BUILD.mkdir(parents=True, exist_ok=True)
    reader = ROOT / "Sources/CWorkerJSON"
    shim = [f"-I{ROOT / 'Sources/CMicroHTTPD'}", f"-I{reader / 'include'}", "-D_Nonnull=", "-D_Nullable=", "-Wno-attributes"]
    plugin = [f"-I{ROOT / 'Sources/CWorkerPlugin/include'}", "-fPIC", "-shared"]
    for target, more in {
        "floor": [*shim, "-lmicrohttpd"],
        "load": [],
        "lines": ["-O3"],
        "moments": [],
        "busy.so": [*plugin, "-fvisibility=hidden"],
        "count.so": ["-fPIC", "-shared"],
    }.items():
        source = HERE / (target.removesuffix(".so") + ".c")
        run([os.environ.get("CC", "cc"), *WARNINGS, str(source), "-o", str(BUILD / target), *more, "-pthread"])
    half = str(BUILD / "strict.o")
    run([os.environ.get("CC", "cc"), *WARNINGS, *shim, "-DSTRICT", "-c", str(HERE / "floor.c"), "-o", half])
    # The worker's own reader, as it was compiled for the worker.
    parts = [*map(str, sorted((ROOT / ".build/release/CWorkerJSON.build").glob("*.o"))), half]
    run([os.environ.get("CXX", "c++"), *parts, "-o", str(BUILD / "strict-floor"), "-lmicrohttpd", "-pthread"])
    run(["make", "-s", "-C", str(ECHO.parent)])


def run(command: Sequence[str], patience: float = 300) -> str:
    """What a program prints; all of it ends."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience)
    except FileNotFoundError as error:
        raise Unusable(str(error)) from error
    if done.returncode != 0:
        raise Unusable(f"{Path(command[0]).name} failed ({done.returncode}): {(done.stderr or done.stdout).strip()}")
    return done.stdout


def tool(name: str, *arguments: object) -> Any:
    """What one of the C clients measured."""
    return json.loads(run([str(BUILD / name), *map(str, arguments)]))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(kind: str, port: int, plugin: str = "Echo") -> list[str]:
    """The line that starts a server."""
    if kind in (FLOOR, STRICT):
        return [str(BUILD / ("floor" if kind == FLOOR else "strict-floor")), str(port)]
    worker = os.environ.get("WORKER", str(ROOT / ".build/release/universal-worker"))
    python = str(ROOT / ".venv/bin/python")
    if kind == WORKER:
        program = [worker]
        module = str(ECHO if plugin == "Echo" else BUSY)
    else:
        program = [worker, "--python", python] if kind == PYTHON else [python, "-m", "cjm_plugin_system.core.worker"]
        module = "bench_plugin"
    return [*program, "--module", module, "--class", plugin, "--port", str(port)]


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1", **(more or {})}


@dataclass(frozen=True)
class Memory:
    """In MiB; the proportional share counts a page of N processes as a Nth in each."""

    resident: float
    proportional: float
    anonymous: float


class Server:
    """A running server, on a port of its own; what it prints goes to a log under .build."""

    def __init__(
        self,
        kind: str,
        plugin: str = "Echo",
        more: dict[str, str] | None = None,
        program: Sequence[str] = (),
        port: int = 0,
    ) -> None:
        self.kind = kind
        self.port = port or free_port()
        self.log = BUILD / f"{kind}.log"
        line = self.line(plugin)
        if program:
            line[:1] = program
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment(more),
            )
        self._wait_ready()

    def line(self, plugin: str) -> list[str]:
        """The command line that it is started by."""
        return command(self.kind, self.port, plugin)

    def _wait_ready(self) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5):
                    return
            except OSError:
                time.sleep(0.002)
        self.stop()
        raise Unusable(f"the {self.kind} does not start:\n{self.log.read_text(errors='replace')}")

    @property
    def pid(self) -> int:
        return self.process.pid

    def load(self, *arguments: object) -> dict[str, float]:
        """Runs the load generator against it."""
        result: dict[str, float] = tool("load", "-p", self.port, "-P", self.pid, *arguments)
        return result

    def send(self, path: str, body: bytes) -> socket.socket:
        """Sends a POST whose answer is not waited for yet."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(body)}\r\n\r\n"
        client.sendall(head.encode() + body)
        return client

    def get(self, path: str) -> bytes:
        """A small answer, head and body."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return client.recv(4096)

    def memory(self) -> Memory:
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:]
        fields = dict(line.split(":", 1) for line in lines)
        return Memory(*(int(fields[name].split()[0]) / 1024 for name in ("Rss", "Pss", "Anonymous")))

    def stop(self) -> None:
        for number, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(patience)
                except subprocess.TimeoutExpired:
                    continue

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def put_runner(python: str) -> None:
    """Puts the runner's modules and their code where pip does that with the wheel."""
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"]
    folder = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
    name = "universal_worker_runner"
    shutil.copytree(ROOT / "Python" / name, folder / name, dirs_exist_ok=True)
    subprocess.run([python, "-m", "compileall", "-q", folder / name], check=True)


def prepare_original() -> str | None:
    """Has .venv hold the original; says why it cannot, where it cannot."""
    done = subprocess.run([str(ROOT / "Tests/Compatibility/venv.sh")], capture_output=True, text=True)
    return None if done.returncode == 0 else (done.stderr.strip() or "venv.sh failed")


QUICKER = BUILD / "uvloop"


def prepare_quicker_original() -> str | None:
    """Has QUICKER hold uvloop and httptools for the original's Python; says why not, where it cannot."""
    if (QUICKER / "uvloop").is_dir() and (QUICKER / "httptools").is_dir():
        return None
    install = [str(ROOT / ".venv/bin/python"), "-m", "pip", "install", "-q", "--target", str(QUICKER)]
    done = subprocess.run([*install, "uvloop", "httptools"], capture_output=True, text=True)
    return None if done.returncode == 0 else (done.stderr.strip() or "pip failed")


def has(program: str) -> bool:
    return shutil.which(program) is not None
