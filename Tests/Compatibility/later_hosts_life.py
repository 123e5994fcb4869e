"""Checks of the lives of workers, in most of which the original fails; registered with later_hosts."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time

from later_hosts import HERE, check, raised, same, until


def is_gone(pid):
    """Whether a process has ended; a zombie has."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def waiting(bench, text):
    until(lambda: bench.has_said(text))


def later(run):
    """Runs it on a thread; what it returned or raised is in the list then."""
    ended = []

    def go():
        try:
            ended.append(run())
        except Exception as error:
            ended.append(error)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    return thread, ended


@check("health, stats, progress and cancel answer during initialize, and it is not cut short", better=True)
def _(bench):
    with bench.host() as host:
        thread, ended = later(lambda: host.initialize({"do": "wait", "name": "initialize"}))
        waiting(bench, "waiting initialize")
        start = time.monotonic()
        same(host.is_alive(), True)
        same(host.get_stats()["pid"], host.process.pid)
        same(host.get_progress()["message"], "")
        if time.monotonic() - start > 2:
            raise AssertionError("they waited for it")
        same(host.cancel(), True)
        thread.join(20)
        same(thread.is_alive(), False)
        same(host.execute(1), {"args": [1], "kwargs": {}})


@check("a host that is killed in the middle of a call takes worker and Python along", better=True)
def _(bench):
    for child in (False, True):
        host = subprocess.Popen(
            [sys.executable, str(HERE / "later_hosts_orphan.py"), bench.package, bench.worker, str(int(child))],
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ, ORPHANS=str(bench.folder / f"orphans-{child}")),
        )
        pids = [int(word) for word in host.stdout.readline().split()]
        host.kill()
        host.wait()
        until(lambda pids=pids: all(map(is_gone, pids)), 5)


@check("children are gone after the teardown, in sessions of their own too", better=True)
def _(bench):
    with bench.host("Steps", module="steps_plugin") as host:
        pids = [host.execute(do="child", session=session) for session in (False, True)]
        same([is_gone(pid) for pid in pids], [False, False])
        start = time.monotonic()
        host.cleanup()
        if time.monotonic() - start > 2:
            raise AssertionError("the teardown took long")
    until(lambda: all(map(is_gone, pids)), 2)


@check("SIGTERM in the middle of a call: cleanup runs, once, within the host's two seconds", better=True)
def _(bench):
    for do in ("wait", "hold"):
        trace = bench.folder / f"trace-{do}"
        with bench.host("Steps", module="steps_plugin") as host:
            host.initialize({"trace": str(trace)})
            later(lambda do=do, host=host: host.execute(do=do))
            until(lambda host=host: host.get_stats() and running(host))
            start = time.monotonic()
            os.killpg(host.process.pid, signal.SIGTERM)
            same(host.process.wait(10), 0)
            taken = time.monotonic() - start
            if taken > 2:
                raise AssertionError(f"{do}: {taken:.2f} s")
            same(trace.read_text(), "cleanup\n")


def running(host):
    import httpx

    return '"running"' in httpx.get(f"{host.base_url}/calls").text


@check("a client that leaves ends its call, and its stream", better=True)
def _(bench):
    with bench.host() as host:

        async def leave():
            for run in (lambda: host.execute_async(do="wait", name="left"), lambda: first(host)):
                with raised_here(asyncio.TimeoutError):
                    await asyncio.wait_for(run(), 1)

        async def first(host):
            async for _ in host.execute_stream(do="wait"):
                pass

        asyncio.run(leave())
        until(lambda: not running(host))
        same(host.execute(1), {"args": [1], "kwargs": {}})


class raised_here:
    def __init__(self, kind):
        self.kind = kind

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            raise AssertionError(f"no {self.kind.__name__}")
        return issubclass(kind, self.kind)


@check("a cancel is not undone by the next call, nor felt by it", better=True)
def _(bench):
    with bench.host("Steps", module="steps_plugin") as host:
        thread, ended = later(lambda: host.execute(do="slow_look"))
        waiting(bench, "looks in a while")
        same(host.cancel(), True)
        # It begins before the other has looked at its flag.
        same(host.execute(do="cancelled"), False)
        thread.join(20)
        same([type(one).__name__ for one in ended], [bench.error("Cancelled").__name__])


@check("a worker that takes longer to make than the host waits is alive all the same", better=True)
def _(bench):
    with bench.host("Slow", module="steps_plugin") as host:
        same(host.is_alive(), True)
        same(host.execute(1), {"args": [1], "kwargs": {}})


@check("a class that cannot be made ends the worker with 1 and a line that says why")
def _(bench):
    for module, class_name, said in (
        ("nowhere", "X", "No module named 'nowhere'"),
        ("probe", "X", "has no attribute 'X'"),
        ("steps_plugin", "Unmade", "out of paint"),
    ):
        command = [bench.worker, "-m", f"{bench.package}.core.worker", "--module", module, "--class", class_name]
        done = subprocess.run(
            [*command, "--port", "0"],
            capture_output=True,
            text=True,
            timeout=30,
            env=dict(os.environ, **bench.manifest(module, class_name)["env_vars"]),
        )
        same(done.returncode, 1)
        line = f"FATAL: Failed to load {module}:{class_name} - "
        if line not in done.stdout + done.stderr or said not in done.stdout + done.stderr:
            raise AssertionError(f"{done.stdout!r:.200} {done.stderr!r:.200}")


@check("many calls run at once, each with its own identity")
def _(bench):
    wire = bench.module("wire")
    with bench.host() as host:

        async def call(number):
            wire.set_call_envelope(wire.CallEnvelope(job_id=f"job {number}"))
            return await host.execute_async(do="identity")

        async def all_of_them():
            return await asyncio.gather(*[asyncio.create_task(call(number)) for number in range(24)])

        same(asyncio.run(all_of_them()), [f"job {number}" for number in range(24)])


@check("an error leaves the connection usable, and connections that were idle for a while too")
def _(bench):
    with bench.host() as host:
        for _ in range(3):
            raised(bench.error("Input"), lambda: host.execute("ValueError", "no", do="raise"))
            same(host.execute(1), {"args": [1], "kwargs": {}})
        time.sleep(4.5)  # the later host's clients keep theirs for 4 s
        same(host.execute(1), {"args": [1], "kwargs": {}})


@check("what a plugin prints is in the store, carriage returns collapsed, before the call has ended")
def _(bench):
    with bench.host() as host:
        later(lambda: host.execute(do="wait", name="printed"))
        waiting(bench, "waiting printed")
        same(host.cancel(), True)
