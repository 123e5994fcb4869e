"""Starts and stops workers, and compiles the plugin."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NATIVE = ROOT / ".build/release/universal-worker"
HEADERS = ROOT / "Sources/CWorkerPlugin/include"


class Unusable(Exception):
    """What is needed to run the checks is not there."""


def compile_plugin() -> Path:
    """The C plugin, compiled anew where it is older than what it is made of."""
    target = ROOT / ".build/compatibility/plugin.so"
    sources = [HERE / "plugin.c", HERE / "plugin_json.h", HEADERS / "universal_worker_plugin.h"]
    if target.exists() and all(source.stat().st_mtime < target.stat().st_mtime for source in sources):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    compiler = os.environ.get("CC", "clang")
    done = subprocess.run(
        [
            compiler,
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-O2",
            "-shared",
            "-fPIC",
            "-pthread",
            f"-I{HEADERS}",
            str(sources[0]),
            "-o",
            str(target),
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Unusable(f"the plugin does not compile:\n{done.stderr}")
    return target


def original_command() -> list[str]:
    """The original worker, in the virtual environment that venv.sh keeps."""
    done = subprocess.run([str(HERE / "venv.sh")], capture_output=True, text=True)
    if done.returncode != 0:
        raise Unusable(done.stderr.strip() or "venv.sh failed")
    return [str(ROOT / ".venv/bin/python"), "-m", "cjm_plugin_system.core.worker"]


def original_versions() -> str:
    """The packages whose behaviour a recording holds."""
    names = ["cjm-plugin-system", "fastapi", "starlette", "uvicorn", "h11", "pydantic"]
    code = f"from importlib.metadata import version; print(*(f'{{n}}=={{version(n)}}' for n in {names}))"
    python = original_command()[0]
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def our_command(given: str | None, python: bool) -> list[str]:
    """Our worker as a host starts it; with `python` it runs classes, under the interpreter that runs this."""
    command = shlex.split(given) if given else [str(NATIVE)]
    if not shutil.which(command[0]):
        raise Unusable(f"no worker at {command[0]}; build it, or name one with --native")
    if given:
        return command
    # The words that a host puts before its own options stay: manifests only change python_path.
    command += ["-m", "cjm_plugin_system.core.worker"]
    return [*command, "--python", sys.executable] if python else command


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Worker:
    """A running worker, started by a command line; what it prints goes to `log`."""

    def __init__(self, line: Sequence[str], port: int, descriptors: tuple[int, ...] = ()) -> None:
        self.port = port
        self.log = tempfile.TemporaryFile("w+b")
        self.process = subprocess.Popen(
            list(line),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=descriptors,
            env={**os.environ, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"},
        )

    @classmethod
    def start(cls, command: Sequence[str], module: str, plugin: str) -> "Worker":
        """As a host starts it."""
        port = free_port()
        return cls(
            [
                *command,
                "--module",
                module,
                "--class",
                plugin,
                "--port",
                str(port),
                "--ppid",
                str(os.getpid()),
            ],
            port,
        )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self.process.pid

    def output(self) -> str:
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def wait_ready(self, patience: float = 30.0) -> "Worker":
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                # From another address: a port that is still free may else be connected to itself, and then be taken.
                socket.create_connection(("127.0.0.1", self.port), 2, ("127.0.0.2", 0)).close()
                return self
            except OSError:
                time.sleep(0.02)
        said, code = self.output()[-2000:], self.process.poll()
        self.stop()
        raise Unusable(f"the worker is not ready (exit code {code}); it said:\n{said}")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.log.close()
        return self.process.wait()
