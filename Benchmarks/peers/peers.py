"""Which servers are compared: how each is got, started and asked. One more is one more row, and its file beside this."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / ".build/peers"
LIBRARY, CLASS = "worker, library", "worker, Python"
PATIENCE = 600


@dataclass(frozen=True)
class Peer:
    """`line` makes the command from a port and the peer's folder below .build/peers."""

    name: str
    line: Callable[[int, Path], list[str]]
    rival: str = CLASS
    """Which of our workers it is held against."""
    packages: tuple[str, ...] = ()
    """Of PyPI, pinned, for an environment of its own."""
    prepare: Callable[[Path], str | None] = lambda folder: None
    """Says why the peer cannot be had, if so."""
    environment: dict[str, str] = field(default_factory=dict)
    health: str = "/health"
    ready: bytes = b""
    """What an answer of `health` contains once calls are taken."""
    execute: str = "/execute"
    body: bytes = b"%s"
    refusal: int = 0
    """The status by which it refuses a call while it has one, if it does."""

    @property
    def folder(self) -> Path:
        return BUILD / self.name.replace(", ", "-")

    def get(self) -> str | None:
        """Has it ready to be started; says why not, if it cannot be had."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self._install() if self.packages else self.prepare(self.folder)

    def _install(self) -> str | None:
        stamp, wanted = self.folder / "stamp", " ".join((sys.version, *self.packages))
        if stamp.is_file() and stamp.read_text() == wanted:
            return None
        print(f"installing {' '.join(self.packages)}", file=sys.stderr)
        reason = run([sys.executable, "-m", "venv", "--clear", str(self.folder)])
        pip = [str(self.folder / "bin/pip"), "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:"]
        reason = reason or run([*pip, *self.packages])
        if not reason:
            stamp.write_text(wanted)
        return reason


def run(command: list[str], more: dict[str, str] | None = None) -> str | None:
    """The last line of what a program says, if it fails."""
    try:
        environment = {**os.environ, **(more or {})}
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else ((done.stderr or done.stdout).strip() or "failed").splitlines()[-1]


def worker(module: Path, *more: str) -> Callable[[int, Path], list[str]]:
    binary = os.environ.get("WORKER", str(ROOT / ".build/release/universal-worker"))
    return lambda port, _: [binary, "--module", str(module), "--class", "Echo", "--port", str(port), *more]


def compile_go(folder: Path) -> str | None:
    cache = {"GOCACHE": str(BUILD / "go-cache")}
    return run(["go", "build", "-o", str(folder / "server"), str(HERE / "main.go")], cache)


def find_nginx(_: Path) -> str | None:
    if not shutil.which("nginx"):
        return "there is no nginx"
    return None if Path("/usr/lib/nginx/modules/ngx_http_lua_module.so").exists() else "nginx has no Lua"


def nginx(port: int, folder: Path) -> list[str]:
    text = (HERE / "nginx.conf").read_text().replace("PORT", str(port)).replace("FOLDER", str(folder))
    (folder / "conf").write_text(text)
    return ["nginx", "-p", str(folder), "-c", str(folder / "conf")]


def granian(port: int, folder: Path) -> list[str]:
    flags = ["--interface", "wsgi", "--blocking-threads", "2", "--log-level", "warning"]
    return [str(folder / "bin/granian"), *flags, "--port", str(port), "served_by_granian:app"]


def uvicorn(port: int, folder: Path) -> list[str]:
    flags = ["--no-access-log", "--log-level", "warning"]
    return [str(folder / "bin/uvicorn"), *flags, "--port", str(port), "served_by_fastapi:app"]


def script(name: str, *arguments: str) -> Callable[[int, Path], list[str]]:
    return lambda _, folder: [str(folder / "bin/python"), str(HERE / name), *arguments]


PEERS = (
    Peer(LIBRARY, worker(ROOT / "Examples/Echo/echo.so"), rival=LIBRARY),
    Peer(CLASS, worker(HERE / "plugin.py", "--python", sys.executable)),
    Peer("Go", lambda port, folder: [str(folder / "server"), str(port)], rival=LIBRARY, prepare=compile_go),
    Peer("nginx", nginx, rival=LIBRARY, prepare=find_nginx),
    Peer("granian", granian, packages=("granian==2.8.9",)),
    Peer("Robyn", script("served_by_robyn.py", "--log-level", "WARN"), packages=("robyn==0.88.0",)),
    Peer(
        "FastAPI",
        uvicorn,
        packages=("fastapi==0.165.0", "uvicorn==0.54.0", "uvloop==0.23.0", "httptools==0.9.0"),
    ),
    Peer("LitServe", script("served_by_litserve.py"), packages=("litserve==0.2.19",)),
    Peer(
        "cog",
        lambda _, folder: [str(folder / "bin/python"), "-m", "cog.server.http", "--host", "127.0.0.1"],
        packages=("cog==0.23.1",),
        environment={"COG_PREDICT_TYPE_STUB": f"{HERE / 'served_by_cog.py'}:Runner", "COG_LOG_LEVEL": "warning"},
        health="/health-check",
        ready=b'"READY"',
        execute="/predictions",
        body=b'{"input":%s}',
        refusal=409,
    ),
    Peer(
        "MLServer",
        lambda _, folder: [str(folder / "bin/mlserver"), "start", str(folder / "models")],
        # A later uvloop than this MLServer knows leaves it without its inference process.
        packages=("mlserver==1.7.1", "uvloop==0.21.0"),
        environment={
            "MLSERVER_MODEL_NAME": "echo",
            "MLSERVER_MODEL_IMPLEMENTATION": "served_by_mlserver.Model",
            "MLSERVER_HOST": "127.0.0.1",
            "MLSERVER_DEBUG": "false",
            "MLSERVER_METRICS_DIR": str(BUILD / "MLServer/metrics"),
        },
        health="/v2/health/ready",
    ),
)
