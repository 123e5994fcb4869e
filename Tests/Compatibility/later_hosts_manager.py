"""Checks of the later hosts' managers and job queues, which drive the proxies; registered with later_hosts."""

import asyncio
import contextlib
import os
import time

from later_hosts import TESTS, Skipped, check, raised, same, until


class Managed:
    """A manager with one plugin loaded, by the names of its generation."""

    def __init__(self, bench, config=None):
        self.bench = bench
        word = self.word = "capability" if bench.is_substrate else "plugin"
        make = getattr(bench.module("manager"), bench.prefix + "Manager")
        self.manager = make(search_paths=[], **{f"sysmon_{word}_name": "monitor"})
        self.call = {
            name: getattr(self.manager, f"{name}_{word}") for name in ("load", "unload", "reload", "execute")
        }
        self.load("steps", "Steps", config)

    def load(self, name, class_name, config=None):
        meta = getattr(self.bench.module("metadata"), self.bench.prefix + "Meta")(name=name, version="1")
        meta.manifest = self.bench.manifest("steps_plugin", class_name, name=name)
        same(self.call["load"](meta, config, strict=False), True)

    def execute(self, *args, **kwargs):
        return self.call["execute"]("steps", *args, **kwargs)

    @property
    def process(self):
        return self.manager.instances["steps"].proxy.process


@contextlib.contextmanager
def managed(bench, config=None):
    host = Managed(bench, config)
    try:
        yield host
    finally:
        host.call["unload"]("steps")


def queued(host, work, **options):
    """Runs a coroutine function with a job queue over the manager."""

    async def run():
        queue = host.bench.module("queue").JobQueue(host.manager, progress_poll_interval=0.1, **options)
        await queue.start()
        try:
            return await asyncio.wait_for(work(queue), 60)
        finally:
            await queue.stop()

    return asyncio.run(run())


async def running(queue, job, condition):
    """Waits until a job runs, and something holds."""
    for _ in range(2000):
        if str(queue.get_job(job).status.value) == "running" and condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the job does not run")


@check("the manager loads, reloads with the same configuration, and unloads with one cleanup")
def _(bench):
    trace = bench.folder / "trace"
    host = Managed(bench, {"trace": str(trace)})
    first = host.execute(do="process")
    host.call["reload"]("steps")
    if host.execute(do="process") == first:
        raise AssertionError("the same process after a reload")
    if bench.is_ours:  # the original cleans up twice: when it is asked to, and at SIGTERM
        same(trace.read_text(), "cleanup\n")
    process = host.process
    start = time.monotonic()
    same(host.call["unload"]("steps"), True)
    taken = time.monotonic() - start
    if process.poll() is None or taken > 2:
        raise AssertionError(f"{taken:.2f} s, {process.poll()}")
    if bench.is_ours:
        same(trace.read_text(), "cleanup\n" * 2)


@check("a lack of memory has the worker reloaded, and the call tried once more")
def _(bench):
    with managed(bench) as host:
        first = host.execute(do="process")
        if host.execute(str(bench.folder / "short"), do="short") == first:
            raise AssertionError("the same process")


@check("a lack of memory has an idle worker evicted, the later host by what it holds of the GPU")
def _(bench):
    with managed(bench) as host:
        host.load("idle", "Steps")
        holder = host.call["execute"]("idle", do="process")
        names = ["idle"]
        if bench.is_substrate:
            # By the process that a monitor sees, which is the plugin's; what holds nothing is left alone.
            gpu = [{"pid": holder, "gpu_memory_mb": 1000.0, "gpu_index": 0}]
            host.load("monitor", "Gpu", {"processes": gpu})
            names.append("monitor")
        try:
            first = host.execute(do="process")
            host.execute(str(bench.folder / "evict"), do="short")
            if host.call["execute"]("idle", do="process") == holder:
                raise AssertionError("the idle worker is as it was")
            if host.execute(do="process") == first:
                raise AssertionError("the worker that lacked memory is as it was")
        finally:
            for name in names:
                host.call["unload"](name)


@check("a job of the queue shows its progress, and its result")
def _(bench):
    with managed(bench) as host:

        async def work(queue):
            job = await queue.submit("steps", 6, do="climb")
            seen = set()
            waiting = asyncio.ensure_future(queue.wait_for_job(job))
            while not waiting.done():
                seen.add(queue.get_job(job).progress)
                await asyncio.sleep(0.05)
            return seen, (await waiting).result

        seen, result = queued(host, work)
        same(result, 6)
        if len(seen & {1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6}) < 2:
            raise AssertionError(f"progress was {seen}")


def cancelled(bench, host, do, said, **options):
    async def work(queue):
        job = await queue.submit("steps", do=do)
        await running(queue, job, lambda: bench.has_said(said))
        same(await queue.cancel(job), True)
        ended = await queue.wait_for_job(job)
        return ended.status.value, ended.error and ended.error.original_exc_repr

    return queued(host, work, **options)


@check("a job that looks at its flag is cancelled, and its worker stays")
def _(bench):
    with managed(bench) as host:
        first = host.process.pid
        # A job that ends by the library's own error has failed, says the queue.
        status, error = cancelled(bench, host, "wait", "waiting wait")
        same(status, "failed")
        same(error.startswith(bench.error("Cancelled").__name__), True)
        same(host.process.pid, first)
        same(host.execute(1), {"args": [1], "kwargs": {}})


@check("a job that looks at nothing is cancelled by force, and its worker is reloaded")
def _(bench):
    with managed(bench) as host:
        first = host.process.pid
        same(cancelled(bench, host, "hold", "holding", cancel_timeout=0.5), ("cancelled", None))
        until(lambda: host.process.pid != first)
        same(host.execute(1), {"args": [1], "kwargs": {}})


@check("a prefetch that shows progress goes on, and one that stalls is ended")
def _(bench):
    with bench.host("Steps", module="steps_plugin") as host:
        host.initialize({"steps": 6})
        same(host.prefetch(stall_threshold_seconds=1.5, poll_interval_seconds=0.1), True)
        host.initialize({"stall": True})
        process = host.process
        raised(
            bench.error("Timeout"),
            lambda: host.prefetch(stall_threshold_seconds=1.0, poll_interval_seconds=0.1),
        )
        until(lambda: process.poll() is not None)


@check("an environment with another version of the library is refused, or let in with a warning")
def _(bench):
    if not bench.is_substrate or not bench.is_ours:
        raise Skipped("only the later host asks for the version, and only a worker that can have another")
    # A library of the tests', of version 9.9; it has no worker of its own.
    library = {"PYTHONPATH": f"{TESTS / 'library'}:{TESTS / 'plugins'}"}

    def start():
        with bench.host(**library) as host:
            return host.execute(1)

    error = raised(bench.error("Fatal"), start)
    if "9.9" not in str(error):
        raise AssertionError(str(error))
    os.environ["CJM_SUBSTRATE_MISMATCH"] = "warn"
    try:
        same(start(), {"args": [1], "kwargs": {}})
    finally:
        del os.environ["CJM_SUBSTRATE_MISMATCH"]
