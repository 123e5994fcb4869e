#!/usr/bin/env python3
"""Drives the worker through the unmodified proxies, managers and queues of cjm-plugin-system 0.0.46 and
cjm-substrate 0.0.74: in environments of their own that hold the library and our wheel, by the binary as python_path
and, with that as it was, by the switch (docs/drop-in.md).
"""

import argparse
import asyncio
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TESTS = ROOT / "Python" / "tests"
CHECKS = []


def check(name, better=False):
    """Registers a check; one that is `better` is known to fail with the original."""

    def register(run):
        CHECKS.append((name, run, better))
        return run

    return register


class Skipped(Exception):
    """Why there is nothing to check."""


class Bench:
    """One generation of the library, imported, and how its workers are started."""

    def __init__(self, package, worker, folder, is_ours):
        import importlib

        self.is_ours = is_ours

        self.package = package
        self.is_substrate = package == "cjm_substrate"
        self.module = lambda name: importlib.import_module(f"{package}.core.{name}")
        self.worker = worker
        self.folder = Path(folder)
        config = self.module("config")
        config.set_config(config.CJMConfig(data_dir=self.folder))
        self.config = config.get_config()
        proxy = self.module("proxy")
        self.proxy_class = getattr(proxy, "RemoteCapabilityProxy", None) or proxy.RemotePluginProxy
        self.prefix = "Capability" if self.is_substrate else "Plugin"

    def error(self, kind):
        return getattr(self.module("errors"), self.prefix + kind + "Error")

    def manifest(self, module, class_name, name="probe", **variables):
        variables = {
            "PYTHONPATH": f"{TESTS / 'plugins'}:{HERE}",
            "PYTHONDONTWRITEBYTECODE": "1",
            **variables,
        }
        manifest = {
            "name": name,
            "version": "1",
            "python_path": self.worker,
            "module": module,
            "class": class_name,
            "env_vars": variables,
        }
        manifest["install"] = {"python_path": self.worker, "env_vars": variables}
        return manifest

    @contextlib.contextmanager
    def host(self, class_name="Probe", module="probe", **variables):
        manifest = self.manifest(module, class_name, **variables)
        proxy = self.proxy_class(manifest, adapter_specs=["probe:Bound"])
        try:
            yield proxy
        finally:
            if proxy.process:
                proxy.cleanup()

    def has_said(self, text):
        """Whether a plugin has printed a line; the table is there when something has been printed."""
        import sqlite3

        try:
            return self.records(f"SELECT 1 FROM stream_chunks WHERE content = '{text}'")
        except sqlite3.OperationalError:
            return False

    def records(self, query):
        import sqlite3

        with sqlite3.connect(self.config.diagnostics_db_path) as database:
            return database.execute(query).fetchall()


def lines(stream):
    """All of an asynchronous stream."""

    async def gather():
        return [line async for line in stream]

    return asyncio.run(gather())


def same(got, wanted):
    if got != wanted:
        raise AssertionError(f"got {got!r:.300}, wanted {wanted!r:.300}")


def raised(kind, run):
    try:
        got = run()
    except kind as error:
        return error
    raise AssertionError(f"no {kind}, but {got!r:.200}")


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it has not come to pass")
        time.sleep(0.01)


@check("a worker is started, alive, initialized and called")
def _(bench):
    with bench.host() as host:
        same(host.is_alive(), True)
        host.initialize({"a": 1})
        same(host.get_current_config(), {"a": 1})
        same(host.execute(1, x="é"), {"args": [1], "kwargs": {"x": "é"}})


@check("errors arrive as what they were raised as")
def _(bench):
    with bench.host() as host:
        error = raised(bench.error("Resource"), lambda: host.execute("resource", do="raise"))
        same(error.resource_shortfall.needed, 10.0)
        same(raised(bench.error("Input"), lambda: host.execute("input", do="raise")).fields_invalid, ["a", "b"])
        error = raised(bench.error("Transient"), lambda: host.execute("transient", do="raise"))
        same(error.retry_after_seconds, 1.5)
        raised(bench.error("Fatal"), lambda: host.execute("fatal", do="raise"))
        raised(bench.error("Input"), lambda: host.execute("ValueError", "no", do="raise"))
        raised(bench.error("Cancelled"), lambda: host.execute("cancelled", do="raise"))
        raised(bench.error("Resource"), lambda: lines(host.execute_stream("resource", do="raise")))
        raised(bench.error("Cancelled"), lambda: lines(host.execute_stream("cancelled", do="raise")))


@check("wire types are themselves again")
def _(bench):
    sys.path.insert(0, str(TESTS / "plugins"))
    import probe

    with bench.host() as host:
        same(host.execute("wire", do="value"), probe.Result("héllo"))
        same(lines(host.execute_stream("wire", do="value")), [probe.Result("héllo")])


@check("a call is cancelled cooperatively")
def _(bench):
    with bench.host() as host:
        ended = []

        def call():
            ended.append(raised(bench.error("Cancelled"), lambda: host.execute(do="wait")))

        thread = threading.Thread(target=call)
        thread.start()
        until(lambda: bench.has_said("waiting wait"))
        same(host.cancel(), True)
        thread.join(20)
        same(len(ended), 1)
        same(host.execute(1), {"args": [1], "kwargs": {}})


@check("progress and health answer beside a call, usage behind it")
def _(bench):
    with bench.host() as host:
        thread = threading.Thread(target=lambda: host.execute(0.5, "half", do="progress"))
        thread.start()
        thread.join(20)
        same(host.get_progress(), {"progress": 0.5, "message": "half"})
        host.execute(do="usage", tokens=3)
        stats = host.get_stats()
        same(stats["usage"], {"tokens": 3})


@check("log records are in the store, with the job's identity")
def _(bench):
    wire = bench.module("wire")
    with bench.host() as host:
        token = wire.set_call_envelope(wire.CallEnvelope(job_id="job-1"))
        same(host.execute(do="identity"), "job-1")
        host.execute("told", do="log")
        wire.reset_call_envelope(token)
        session = host.worker_session_id
    rows = bench.records(f"SELECT job_id FROM records WHERE message = 'told' AND worker_session_id = '{session}'")
    same(rows, [("job-1",)])


@check("accounts are in the journal")
def _(bench):
    import sqlite3

    with bench.host() as host:
        same(host.execute("result_saved", do="account"), 1)
    with sqlite3.connect(bench.config.journal_db_path) as database:
        dump = "\n".join(database.iterdump())
    if "result_saved" not in dump:
        raise AssertionError("no account in the journal")


@check("a death by SIGKILL is out of memory, another one is transient")
def _(bench):
    import httpx

    errors = bench.module("errors")
    # The host asks for the status as soon as the connection breaks, at times too early for the kernel: it
    # then hands on httpx's error. So a death counts that it could tell, of five.
    for number, kind in ((signal.SIGKILL, errors.WorkerOOMError), (signal.SIGSEGV, bench.error("Transient"))):
        told = []
        for _ in range(5):
            with bench.host() as host:
                error = raised((kind, httpx.RemoteProtocolError), lambda: host.execute(int(number), do="kill"))
                told.append(isinstance(error, kind))
                if told[-1]:
                    break
        if not any(told):
            raise AssertionError("signal %d: no death of five was told apart" % number)


@check("a worker is gone within the host's two seconds")
def _(bench):
    with bench.host() as host:
        process = host.process
        start = time.monotonic()
        host.cleanup()
        taken = time.monotonic() - start
        if process.poll() is None or taken > 2:
            raise AssertionError(f"{taken:.2f} s, {process.poll()}")


@check("tasks")
def _(bench):
    with bench.host() as host:
        same(host.execute_task("bound", "double", value=21), 42)


@check("hooks")
def _(bench):
    with bench.host() as host:
        same(host.on_disable(), True)
        same(host.on_enable(), True)
        host.prefetch()
        host.reconfigure({"a": 1}, {"b": 2})
        same(host.get_current_config(), {"old": {"a": 1}, "new": {"b": 2}})


@check("the structural surface, monitors")
def _(bench):
    with bench.host("Monitor") as host:
        if "execute" not in str(host.get_structural_surface()):
            raise AssertionError("no surface")
        same(host.get_system_status(), {"gpu": [1, 2]})


def inside(package, worker, way):
    """In the environment of one generation; `way` is how its worker is started."""
    # This module under the name by which the other checks know it.
    sys.modules["later_hosts"] = sys.modules["__main__"]
    import later_hosts_life  # noqa: F401  (their checks register themselves)
    import later_hosts_manager  # noqa: F401
    import later_hosts_packages

    later_hosts_packages.register(check)

    passed = failed = 0
    out = sys.stdout
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            bench = Bench(package, worker, folder, way != "original")
            for name, run, better in CHECKS:
                if os.environ.get("ONLY", "") not in name:
                    continue
                try:
                    if better and way == "original":
                        raise Skipped("the original is known to fail it")
                    run(bench)
                except Skipped as reason:
                    print(f"skip  {package}, {way}: {name}: {reason}", file=out, flush=True)
                except Exception as error:
                    failed += 1
                    text = f"FAIL  {package}, {way}: {name}: {type(error).__name__}: {error!s:.300}"
                    print(text, file=out, flush=True)
                else:
                    passed += 1
                    print(f"ok    {package}, {way}: {name}", file=out, flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def installed(package, pythons, count):
    """The names of the real packages that are in these environments now; tells of those that cannot be had."""
    import later_hosts_packages

    names = []
    for one in [one for one in later_hosts_packages.PACKAGES if one.library == package][:count]:
        try:
            later_hosts_packages.install(one, pythons)
        except LookupError as error:
            print(f"skip  {package}: a real package: {one.packages[0]}: {error}", flush=True)
        else:
            names.append(f"{package}/{one.name}")
    return ",".join(names)


def ways(environments, wanted, options):
    """How workers are started in the place of the original: by name, and by the command line of its own."""
    if options.original:
        return {"original": environments.interpreter(wanted)}
    python = Path(environments.interpreter(wanted, "-worker"))
    beside = python.parent / "universal-worker"
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--force-reinstall", options.wheel]
    for command in (pip, [beside, "enable"]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise LookupError(done.stdout.strip()[-300:])
    return {"the binary": str(beside), "the switch": str(python)}


def wheel():
    """A wheel of the binary that has been built, for the wheel's own build links other libraries."""
    folder = ROOT / ".build/compatibility/wheel"
    command = [sys.executable, ROOT / "Python/wheel/build.py", ROOT / ".build/release/universal-worker"]
    done = subprocess.run([*command, ROOT / "LICENSE", folder], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def main():
    sys.path[:0] = [str(TESTS / "originals")]
    import environments

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--original", action="store_true", help="check the original instead")
    parser.add_argument("--wheel", metavar="PATH", help="what is installed (default: one of the built binary)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the checks with this text in their name")
    parser.add_argument(
        "--packages", type=int, default=1, metavar="N", help="how many real packages a generation (default: 1)"
    )
    options = parser.parse_args()
    options.wheel = options.wheel or (None if options.original else wheel())
    status = 0
    for package, wanted in environments.WANTED:
        try:
            python = environments.interpreter(wanted)
            workers = ways(environments, wanted, options)
            pythons = [python] if options.original else [python, environments.interpreter(wanted, "-worker")]
            packages = installed(package, pythons, options.packages)
        except LookupError as error:
            print(f"skip  {wanted}: {error}")
            continue
        for way, worker in workers.items():
            command = [python, __file__, "inside", package, worker, way]
            environment = dict(os.environ, HOME="/nonexistent", ONLY=options.only, PACKAGES=packages)
            status |= subprocess.run(command, cwd=ROOT, env=environment).returncode
    return status


if __name__ == "__main__":
    sys.exit(inside(*sys.argv[2:]) if sys.argv[1:2] == ["inside"] else main())
