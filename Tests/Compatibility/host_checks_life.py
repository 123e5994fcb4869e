"""The life of a worker through the original's proxy: start, stats, progress, cancel, teardown, the host's death."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from hosting import Bench, check, is_gone, raised, same, wait_gone, within
from workers import HERE

# Seconds: less than what is to be cut short would take, and more than a busy machine needs.
PATIENCE = 30


class Running:
    """A call that runs on a thread of its own."""

    def __init__(self, run: Callable[[], Any]) -> None:
        self.result: Any = None
        self.error: Exception | None = None
        self.ended_at = 0.0
        self.thread = threading.Thread(target=self._run, args=(run,), daemon=True)
        self.thread.start()
        time.sleep(0.2)

    def _run(self, run: Callable[[], Any]) -> None:
        try:
            self.result = run()
        except Exception as error:
            self.error = error
        self.ended_at = time.monotonic()

    def join(self, limit: float) -> None:
        self.thread.join(limit)
        assert not self.thread.is_alive(), f"the call still runs after {limit} s"


@check("start: ready, alive, and what is alive is our process")
def start(bench: Bench) -> str:
    begin = time.monotonic()
    with bench.host() as proxy:
        taken = time.monotonic() - begin
        assert proxy.is_alive()
        health = httpx.get(f"{proxy.base_url}/health").json()
        same(
            [health[key] for key in ("status", "pid", "name", "version")],
            ["running", proxy.process.pid, "Echo", "1.2.3"],
        )
        assert f"--- Starting {proxy.name}" in proxy.log_path.read_text()
    return f"ready after {taken:.2f} s"


@check("start: the host retries while the port refuses")
def slow_start(bench: Bench) -> None:
    script = bench.directory / "slow-start.sh"
    script.write_text(f'#!/bin/sh\nsleep 1.2\nexec {bench.python_path} "$@"\n')
    script.chmod(0o755)
    with bench.host(python_path=str(script)) as proxy:
        same(proxy.execute(do="value", value=1), 1)


@check("start: several workers side by side, started by threads that end")
def several(bench: Bench) -> None:
    # PR_SET_PDEATHSIG follows the thread that started the worker: one that trusts it dies here.
    proxies = []
    try:
        running = [Running(lambda: proxies.append(bench.start())) for _ in range(4)]
        for one in running:
            one.join(30)
            assert one.error is None, repr(one.error)
        same([proxy.is_alive() for proxy in proxies], [True] * 4)
        same(len({proxy.process.pid for proxy in proxies}), 4)
        calls = [
            Running(lambda proxy=proxy: [proxy.execute(proxy.port, i) for i in range(20)])
            for proxy in proxies
        ]
        for call, proxy in zip(calls, proxies, strict=True):
            call.join(20)
            assert call.error is None, repr(call.error)
            same(call.result, [{"args": [proxy.port, i], "kwargs": {}} for i in range(20)])
    finally:
        for proxy in proxies:
            proxy.cleanup()


def _tree(pid: int) -> list[int]:
    """A process and its descendants."""
    pids = [pid]
    for known in pids:
        for path in Path(f"/proc/{known}/task").glob("*/children"):
            pids += map(int, path.read_text().split())
    return pids


@check("stats: memory, and the worker's pid")
def stats(bench: Bench) -> str:
    with bench.host() as proxy:
        got = proxy.get_stats()
        same(list(got), ["pid", "cpu_percent", "memory_rss_mb"])
        same(got["pid"], proxy.process.pid)
        statuses = [Path(f"/proc/{pid}/status").read_text() for pid in _tree(got["pid"])]
        rss = sum(int(status.split("VmRSS:")[1].split()[0]) for status in statuses) / 1024
        assert abs(got["memory_rss_mb"] - rss) < 3, f"{got['memory_rss_mb']} MiB, the kernel says {rss}"
        return f"{rss:.1f} MiB"


@check("stats: memory of children counts")
def stats_children(bench: Bench) -> None:
    with bench.host() as proxy:
        before = proxy.get_stats()["memory_rss_mb"]
        child = proxy.execute(do="child")
        time.sleep(0.2)
        after = proxy.get_stats()["memory_rss_mb"]
        os.kill(child, signal.SIGKILL)
        assert after > before + 0.5, f"{before} MiB before, {after} with a child"


@check("stats: cpu_percent is real under load and low when idle", better=True)
def stats_cpu(bench: Bench) -> str:
    with bench.host() as proxy:
        proxy.get_stats()
        load = Running(lambda: proxy.execute(do="spin", ms=1500))
        proxy.get_stats()
        time.sleep(0.8)
        busy = proxy.get_stats()["cpu_percent"]
        load.join(PATIENCE)
        proxy.get_stats()
        time.sleep(0.8)
        idle = proxy.get_stats()["cpu_percent"]
        assert idle + 10 < busy < 160 and idle < 20, f"{busy} under load, {idle} idle"
        return f"{busy:.0f} under load, {idle:.0f} idle"


@check("control: alive, stats, progress and config answer at once during a call", better=True)
def control_during_call(bench: Bench) -> None:
    with bench.host() as proxy:
        call = Running(lambda: proxy.execute(do="sleep", ms=5000))
        assert proxy.is_alive()
        for ask in (proxy.get_stats, proxy.get_progress, proxy.get_current_config, proxy.get_config_schema):
            ask()
        assert call.thread.is_alive(), "they were answered after the call"
        call.join(PATIENCE)
        same(call.result, "done")


@check("progress: nothing when idle, what the plugin reports while it streams")
def progress(bench: Bench) -> None:
    async def watch() -> list[float]:
        seen = []
        async for _ in proxy.execute_stream(do="count", count=8, ms=80):
            seen.append((await proxy.get_progress_async())["progress"])
        return seen

    with bench.host() as proxy:
        same(proxy.get_progress(), {"progress": 0.0, "message": ""})
        seen = asyncio.run(watch())
        assert seen == sorted(seen) and len(set(seen)) >= 4 and seen[-1] == 1.0, f"saw {seen}"


@check("cancel: when idle it is true and harms nothing")
def cancel_idle(bench: Bench) -> None:
    with bench.host() as proxy:
        same([proxy.cancel(), asyncio.run(proxy.cancel_async())], [True, True])
        same(proxy.execute(do="sleep", ms=20), "done")


@check("cancel: a running call ends with an error, and the next one runs", better=True)
def cancel_running(bench: Bench) -> str:
    with bench.host() as proxy:
        call = Running(lambda: proxy.execute(do="sleep", ms=60_000))
        begin = time.monotonic()
        same(proxy.cancel(), True)
        call.join(PATIENCE)
        assert isinstance(call.error, RuntimeError), f"it ended in {call.error!r} {call.result!r}"
        same(proxy.execute(do="value", value=1), 1)
        return f"ended after {(call.ended_at - begin) * 1000:.0f} ms"


@check("cancel: a running stream ends")
def cancel_stream(bench: Bench) -> None:
    async def items() -> list[Any]:
        return [item async for item in proxy.execute_stream(do="count", count=1200, ms=50)]

    with bench.host() as proxy:
        call = Running(lambda: asyncio.run(items()))
        same(proxy.cancel(), True)
        call.join(PATIENCE)
        assert call.error is None, repr(call.error)
        last = call.result[-1]
        assert isinstance(last, dict) and list(last) == ["error"], f"the last line is {last!r}, no error"


@check("cancel: a host that gives up on a call, or drops a stream, ends it", better=True)
def abandoned(bench: Bench) -> None:
    async def drop() -> None:
        async for _ in proxy.execute_stream(do="count", count=1200, ms=50):
            break

    with bench.host() as proxy:
        body = {"args": [], "kwargs": {"do": "sleep", "ms": 60_000}}
        raised(httpx.ReadTimeout, lambda: httpx.post(f"{proxy.base_url}/execute", json=body, timeout=0.3))
        same(within(PATIENCE, lambda: proxy.execute(do="value", value=1)), 1)
        asyncio.run(drop())
        same(within(PATIENCE, lambda: proxy.execute(do="value", value=2)), 2)


@check("teardown: cleanup ends the process")
def teardown(bench: Bench) -> str:
    proxy = bench.start()
    process = proxy.process
    proxy.execute(1)
    begin = time.monotonic()
    proxy.cleanup()
    assert process.returncode is not None and proxy.process is None and not proxy.is_alive()
    if not bench.original:
        same(process.returncode, 0)
    proxy.cleanup()
    return f"exit code {process.returncode} after {(time.monotonic() - begin) * 1000:.0f} ms"


@check("teardown: also in the middle of a call, exit code 0", better=True)
def teardown_in_call(bench: Bench) -> str:
    proxy = bench.start()
    process = proxy.process
    call = Running(lambda: proxy.execute(do="sleep", ms=20_000))
    begin = time.monotonic()
    proxy.cleanup()  # kills a worker that does not end in its time, whose code is then another one
    same(process.returncode, 0)
    call.join(PATIENCE)
    assert call.error is not None, f"the call answered {call.result!r}"
    return f"after {time.monotonic() - begin:.2f} s"


@check("teardown: processes that the plugin started are gone", better=True)
def teardown_children(bench: Bench) -> None:
    with bench.host() as proxy:
        child = proxy.execute(do="child")
        assert not is_gone(child)
    wait_gone(child, PATIENCE)


@check("teardown: the context managers, plain and async")
def contexts(bench: Bench) -> None:
    async def run() -> int:
        async with bench.start() as proxy:
            same(await proxy.execute_async(do="value", value=1), 1)
            return int(proxy.process.pid)

    with bench.start() as proxy:
        pid = proxy.process.pid
        same(proxy.execute(do="value", value=1), 1)
    wait_gone(pid, PATIENCE)
    wait_gone(asyncio.run(run()), PATIENCE)


@check("a worker that was killed is not alive, and says so in every way")
def killed(bench: Bench) -> None:
    with bench.host() as proxy:
        proxy.process.kill()
        proxy.process.wait()
        same([proxy.is_alive(), proxy.cancel()], [False, False])
        same(proxy.get_progress(), {"progress": 0.0, "message": ""})
        raised(httpx.ConnectError, lambda: proxy.execute(1))


@check("a port that another has taken: the worker gives up at once, with 3")
def port_taken(bench: Bench) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        line = [
            bench.python_path,
            "-m",
            "cjm_plugin_system.core.worker",
            "--module",
            bench.module,
            "--class",
            "Echo",
            "--port",
            str(taken.getsockname()[1]),
            "--ppid",
            str(os.getpid()),
        ]
        done = subprocess.run(
            line, capture_output=True, timeout=10, env={**os.environ, "PYTHONPATH": str(HERE)}
        )
        same(done.returncode, 3)


def _orphan(bench: Bench, kwargs: str) -> str:
    """Kills a host with SIGKILL; the worker, and what its plugin started, have to go."""
    line = [
        sys.executable,
        str(HERE / "orphan_host.py"),
        bench.python_path,
        bench.module,
        str(bench.directory),
        "original" if bench.original else "native",
        kwargs,
    ]
    host = subprocess.Popen(line, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    assert host.stdout
    pids: list[int] = []
    try:
        pids = [int(word) for word in host.stdout.readline().split()]
        worker, child = pids
        assert not is_gone(worker)
        host.kill()
        host.wait()
        taken = wait_gone(worker, PATIENCE)
        wait_gone(child, PATIENCE)
        return f"gone after {taken * 1000:.0f} ms"
    finally:
        host.kill()
        host.wait()
        host.stdout.close()
        for pid in pids:
            if not is_gone(pid):
                os.kill(pid, signal.SIGKILL)


@check("parent watch: the host is killed while the worker is idle", better=True, parent_watch=True)
def orphan_idle(bench: Bench) -> str:
    return _orphan(bench, '{"do": "value"}')


@check("parent watch: the host is killed in the middle of a call", better=True, parent_watch=True)
def orphan_busy(bench: Bench) -> str:
    return _orphan(bench, '{"do": "spin", "ms": 20000}')
