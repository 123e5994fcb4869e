"""What the host checks share: their registry, and proxies as a host makes them."""

import contextlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cjm_plugin_system.core.config import CJMConfig, set_config
from cjm_plugin_system.core.proxy import RemotePluginProxy

from workers import HERE


@dataclass(frozen=True)
class Bench:
    """Which worker is under test, and where its logs go."""

    python_path: str
    module: str
    directory: Path
    original: bool

    def manifest(self, plugin: str, **more: Any) -> dict[str, Any]:
        return {
            "name": plugin.lower(),
            "version": "1",
            "python_path": self.python_path,
            "module": self.module,
            "class": plugin,
            "env_vars": {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"},
            **more,
        }

    def start(self, plugin: str = "Echo", **more: Any) -> RemotePluginProxy:
        set_config(CJMConfig(data_dir=self.directory))
        return RemotePluginProxy(self.manifest(plugin, **more))

    @contextlib.contextmanager
    def host(self, plugin: str = "Echo", **more: Any) -> Iterator[RemotePluginProxy]:
        proxy = self.start(plugin, **more)
        try:
            yield proxy
        finally:
            if proxy.process:
                proxy.cleanup()


@dataclass(frozen=True)
class Check:
    name: str
    run: Callable[[Bench], str | None]  # what it returns is printed behind its name
    better: bool  # the original is known to fail it
    parent_watch: bool


CHECKS: list[Check] = []


def check(name: str, better: bool = False, parent_watch: bool = False) -> Callable[..., Any]:
    def register(run: Callable[[Bench], str | None]) -> Callable[[Bench], str | None]:
        CHECKS.append(Check(name, run, better, parent_watch))
        return run

    return register


def same(got: Any, wanted: Any) -> None:
    """Equality that tells 1 from 1.0 and from true, and shows no megabytes."""
    if type(got) is not type(wanted) or got != wanted or repr(got) != repr(wanted):
        raise AssertionError(f"got {repr(got)[:300]}, wanted {repr(wanted)[:300]}")


def raised(kind: type[BaseException], run: Callable[[], Any]) -> str:
    try:
        got = run()
    except kind as error:
        return str(error)
    raise AssertionError(f"no {kind.__name__}, but {repr(got)[:200]}")


def within(limit: float, run: Callable[[], Any]) -> Any:
    start = time.monotonic()
    got = run()
    taken = time.monotonic() - start
    if taken > limit:
        raise AssertionError(f"took {taken:.2f} s, wanted at most {limit} s")
    return got


def is_gone(pid: int) -> bool:
    """Whether a process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_gone(pid: int, limit: float) -> float:
    start = time.monotonic()
    while not is_gone(pid):
        if time.monotonic() - start > limit:
            raise AssertionError(f"process {pid} lives on after {limit} s")
        time.sleep(0.001)
    return time.monotonic() - start


def run_one(one: Check, bench: Bench) -> tuple[bool, str]:
    start = time.monotonic()
    try:
        note = one.run(bench)
    except Exception as error:
        return False, f"FAIL  {one.name}: {type(error).__name__}: {str(error)[:500]}"
    return True, f"ok    {one.name} ({time.monotonic() - start:.2f} s{', ' + note if note else ''})"


def run_checks(bench: Bench, only: str, parent_watch: bool) -> int:
    passed = failed = 0
    out = sys.stdout
    with contextlib.redirect_stdout(io.StringIO()):  # the proxy prints at each start
        for one in CHECKS:
            if only not in one.name:
                continue
            if (one.better and bench.original) or (one.parent_watch and not parent_watch):
                print(f"skip  {one.name}", file=out, flush=True)
                continue
            good, line = run_one(one, bench)
            passed, failed = passed + good, failed + (not good)
            print(line, file=out, flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def temporary() -> tempfile.TemporaryDirectory[str]:
    os.environ.pop("CJM_DATA_DIR", None)
    return tempfile.TemporaryDirectory(prefix="host-check-")
