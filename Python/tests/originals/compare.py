#!/usr/bin/env python3
"""Compares the runner with the real workers of cjm-plugin-system 0.0.46 and cjm-substrate 0.0.74.

Both run the same probe plugin, of plugins/probe.py. The original is asked over HTTP; the runner by frames,
as the daemon would ask it, whose part in an answer is played here. Answers have to be equal: status, JSON
(key order and kinds of numbers count), lines, and the accounts in the header.
"""

import http.client
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]

import driver  # noqa: E402
import environments  # noqa: E402

ADAPTERS = "probe:Bound,probe:Nameless,probe:Second,probe:Unbound,nowhere:X,probe:Other,probe:Account"
ACCOUNTS = "x-cjm-accounts"
STREAM, TASK = "/execute_stream", "/task"
PLAIN_ERROR = "Internal Server Error"
BROKEN = "(the connection breaks)"
UNTOLD = (["detail"], ["wordless"])  # errors of which the original's stream says nothing


class Original:
    """The worker of the package, by HTTP."""

    def __init__(self, python, package, class_name, environment):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        self.port = listener.getsockname()[1]
        command = [python, "-m", package + ".core.worker", "--module", "probe"]
        command += ["--class", class_name]
        command += ["--fd", str(listener.fileno()), "--adapters", ADAPTERS]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, pass_fds=[listener.fileno()], env=environment, stdout=self.log, stderr=self.log
        )
        listener.close()

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=driver.PATIENCE)
        connection.request(method, path, None if body is None else json.dumps(body))
        try:
            response = connection.getresponse()
        except OSError as error:
            self.log.seek(0)
            log = self.log.read().decode()
            raise SystemExit("%s %s %s: %s\n%s" % (method, path, body, error, log)) from error
        headers = {name.lower(): value for name, value in response.getheaders()}
        try:
            text = response.read().decode()
        except http.client.IncompleteRead as error:
            text = error.partial.decode() + BROKEN
        connection.close()
        return response.status, text, headers.get(ACCOUNTS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Ours(driver.Runner):
    """The runner, with what the daemon makes of its frames."""

    HOOKS = {
        "/prefetch": ("prefetched", 500),
        "/reconfigure": ("reconfigured", 500),
        "/on_enable": ("enabled", 200),
        "/on_disable": ("disabled", 200),
        "/config_options": (None, 500),
    }

    def __init__(self, python, package, class_name, environment):
        super().__init__(
            "probe",
            class_name,
            python=python,
            dialect=package + ".core.worker",
            adapters=ADAPTERS,
            concurrency=0,
            offer=60,
            environment=environment,
        )
        self.told, self.about = self.opened()

    def ask(self, method, path, body=None):
        text = b"" if body is None else json.dumps(body).encode()
        flags = 0
        if path == "/health":
            about = {
                "status": "running",
                "pid": 0,
                "name": self.about["name"],
                "version": self.about["version"],
            }
            return 200, json.dumps(dict(about, **self.told["health"])), None
        if path in ("/execute", STREAM):
            kind, flags = ("X" if path == "/execute" else "S"), 1
        elif path == "/cancel":
            told = self.stop(0)
            status = "not_supported" if told.flags & driver.NOT_SUPPORTED else "cancelled"
            return 200, json.dumps({"status": status}), None
        elif path in ("/initialize", "/config_schema", "/config", "/cleanup"):
            kind = {"/initialize": "I", "/config_schema": "D", "/config": "G", "/cleanup": "K"}[
                path
            ]
        else:
            kind, head = "U", {}
            if path in self.HOOKS:
                head["hook"] = path[1:]
                if path == "/reconfigure":
                    text = json.dumps([body.get("old_config"), body.get("new_config")]).encode()
            else:
                head["endpoint"] = [row[1] for row in self.about["endpoints"]].index(path)
            text = json.dumps(head).encode() + b"\n" + text
        self.lane.begin(kind, text, flags=flags)
        frame, lines = self.lane.end()
        return self.answer(path, frame, lines)

    def answer(self, path, frame, lines):
        said = frame.payload.decode()
        if frame.kind == "A":
            head, _, text = said.partition("\n")
            head = json.loads(head)
            accounts = head["headers"].get("X-CJM-Accounts")
            if path == STREAM:
                return 200, "\n".join(lines + [text]) + "\n", accounts
            return head["status"], text, accounts
        if frame.kind == "R":
            if path == STREAM:
                return 200, "".join(line + "\n" for line in lines), None
            word = {"/initialize": "ok", "/cleanup": "cleaned"}.get(path) or self.HOOKS.get(
                path, [None]
            )[0]
            return 200, json.dumps({"status": word}) if word else said, None
        assert frame.kind == "E", frame
        if path in self.HOOKS and frame.flags & driver.UNSUPPORTED:
            return 200, "{}" if path == "/config_options" else '{"status": "not_supported"}', None
        detail = {"detail": said}
        status = 500
        if frame.flags & driver.INVALID or path == "/initialize":
            status = 400
        if path in self.HOOKS and self.HOOKS[path][1] == 200:
            status, detail = 200, {"status": "error", "detail": said}
        return status, json.dumps(detail), None


VARIABLE = ("traceback", "occurred_at", "duration_s", "io", "pid")


def masked(value):
    """The value without what differs from run to run, each with its kind."""
    if isinstance(value, dict):
        return {
            key: type(item).__name__ if key in VARIABLE else masked(item)
            for key, item in value.items()
        }
    return list(map(masked, value)) if isinstance(value, list) else value


def parsed(text):
    """JSON as text that shows key order and kinds, or the text itself."""
    try:
        return json.dumps(masked(json.loads(text)))
    except ValueError:
        return text


def normal(path, answer):
    status, text, accounts = answer
    if path == STREAM:
        text = "\n".join(map(parsed, text.splitlines()))
    else:
        text = parsed(text)
    return status, text, accounts and parsed(accounts)


def allowed(path, body, theirs, ours):
    """Where ours is better: a detail, or an error's category, in place of a bare text or of nothing."""
    before, _, told = ours[1].rpartition("\n")
    if not told.startswith(('{"detail": "', '{"_job_error": {')):
        return False
    if path == STREAM and isinstance(body, dict) and body.get("args", [""])[:1] in UNTOLD:
        return theirs[1].replace(BROKEN, "").strip() == before
    return theirs[0] == 500 and theirs[1] == PLAIN_ERROR and (path == STREAM or ours[0] != 200)


def execute(*args, **kwargs):
    return {"args": list(args), "kwargs": kwargs}


def cases():
    """Rows of class, method, path, body; in order."""
    values = [
        "wire",
        "list",
        "bare",
        "outer",
        "plain",
        "keys",
        "again",
        "tuple",
        "nan",
        "infinity",
        "nan key",
        "surrogate",
        "set",
        "bytes",
    ]
    values += ["none", "big", "text", "float"]
    errors = ["odd", "resource", "input", "transient", "fatal", "cancelled", "detail", "wordless"]
    bare = [
        "ValueError",
        "TypeError",
        "KeyError",
        "FileNotFoundError",
        "PermissionError",
        "IsADirectoryError",
    ]
    bare += [
        "OSError",
        "ConnectionError",
        "TimeoutError",
        "MemoryError",
        "RuntimeError",
        "NotImplementedError",
    ]
    bare += ["UnicodeError", "ZeroDivisionError", "AssertionError", "InterruptedError"]
    for path in ("/health", "/structural_surface", "/config_schema", "/config", "/config_options"):
        for class_name in ("Probe", "Base", "Few", "Monitor", "Lists"):
            yield class_name, "GET", path, None
    for path in ("/execute", STREAM):
        for name in values:
            yield "Probe", "POST", path, execute(name, do="value")
        for name in errors:
            yield "Probe", "POST", path, execute(name, do="raise")
        for name in bare:
            yield "Probe", "POST", path, execute(name, "words é", do="raise")
        yield "Probe", "POST", path, {}
        yield "Probe", "POST", path, execute(1, "a", x={"y": [None]})
        yield "Few", "POST", path, execute(1, "a")
        yield "Few", "POST", path, execute(bad=1)
        yield "Probe", "POST", path, dict(execute(1, do="identity"), envelope={"job_id": "j"})
        yield (
            "Probe",
            "POST",
            path,
            dict(execute(do="identity"), envelope={"job_id": "j", "else": 1}),
        )
        yield "Probe", "POST", path, dict(execute(), envelope=[1])
    yield "Probe", "POST", STREAM, dict(execute(3, do="identity"), envelope={"job_id": "k"})
    yield "Probe", "POST", "/execute", execute("saved", "hit", do="account")
    yield "Probe", "POST", "/execute", execute("saved", do="account", fail=True)
    for fail in (False, True):  # JSON has no such key
        yield "Probe", "POST", "/execute", execute("saved", do="account", key=[1], fail=fail)
    yield "Probe", "POST", "/execute", execute("no message", do="raise")
    for method, kwargs in (
        ("double", {"value": 21}),
        ("double", {}),
        ("double", None),
        ("result", {"text": "é"}),
        ("call", {"do": "value", "name": "nan"}),
        ("call", {"do": "raise", "name": "cancelled"}),
        ("call", {"do": "raise", "name": "resource"}),
        ("call", {"do": "identity"}),
        ("_hidden", {}),
        ("", {}),
        (None, {}),
        ("absent", {}),
        ("attribute", {}),
    ):
        body = {"task": "bound", "method": method, "kwargs": kwargs, "envelope": {"job_id": "t"}}
        yield "Probe", "POST", TASK, body
    for body in (
        {"task": "other", "method": "double", "kwargs": {"value": "x"}},
        {"task": "account", "method": "unwritable"},
        {"task": "none"},
        {},
        [],
    ):
        yield "Probe", "POST", TASK, body
    for path in (
        "/prefetch",
        "/on_enable",
        "/on_disable",
        "/get_system_status",
        "/list_processes",
        "/cancel",
    ):
        for class_name in ("Probe", "Base", "Few", "Monitor", "Broken", "Lists", "Numbers"):
            yield class_name, "POST", path, None
    for class_name in ("Probe", "Base", "Few"):
        yield class_name, "POST", "/reconfigure", {"old_config": {"a": 1}, "new_config": {"b": 2}}
        yield class_name, "GET", "/config", None
        yield class_name, "POST", "/reconfigure", {"old_config": {}, "new_config": {"refuse": True}}
        yield class_name, "POST", "/reconfigure", {}
        yield class_name, "POST", "/initialize", {"refuse": "so"}
        yield (
            class_name,
            "POST",
            "/initialize",
            {"on_disable": "fail", "options": "fail", "prefetch": "fail"},
        )
        yield class_name, "GET", "/config_options", None
        yield class_name, "POST", "/on_disable", None
        yield class_name, "POST", "/prefetch", None
        yield class_name, "POST", "/cleanup", None


def compare(python, package, wanted):
    base = dict(os.environ, PYTHONPATH=driver.PLUGINS, PYTHONDONTWRITEBYTECODE="1")
    rows = list(cases())
    passed = failed = 0
    for class_name in sorted({row[0] for row in rows}):
        with Original(python, package, class_name, base) as original:
            with Ours(python, package, class_name, base) as ours:
                for row in rows:
                    if row[0] != class_name:
                        continue
                    _, method, path, body = row
                    theirs = normal(path, original.ask(method, path, body))
                    own = normal(path, ours.ask(method, path, body))
                    if theirs == own or allowed(path, body, theirs, own):
                        passed += 1
                        continue
                    failed += 1
                    print(
                        "FAIL  %s %s %s %s %s"
                        % (wanted, class_name, method, path, json.dumps(body))
                    )
                    print("      original %r" % (theirs,))
                    print("      ours     %r" % (own,), flush=True)
    return passed, failed


def store(python, package, wanted):
    """What the log store has of one job, from both."""
    found = []
    for kind in (Original, Ours):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "diagnostics.db")
            environment = dict(
                os.environ,
                PYTHONPATH=driver.PLUGINS,
                CJM_DIAGNOSTICS_DB=path,
                CJM_WORKER_SESSION_ID="session",
            )
            with kind(python, package, "Probe", environment) as worker:
                for level in ("DEBUG", "INFO", "WARNING"):
                    body = execute("said", do="log", level=level)
                    worker.ask("POST", "/execute", dict(body, envelope={"job_id": "job " + level}))
                with sqlite3.connect(path) as database:
                    columns = "worker_session_id, job_id, level, logger_name, message, exc_text"
                    query = "SELECT %s FROM records ORDER BY seq" % columns
                    rows = [
                        tuple(re.sub(r"(?<=\.)\w+(?=:)", "", str(item)) for item in row)
                        for row in database.execute(query)
                    ]
                    found.append([row for row in rows if "uvicorn" not in row[3]])
    if found[0] == found[1]:
        return 1, 0
    print("FAIL  %s the log store\n      original %r\n      ours     %r" % (wanted, *found))
    return 0, 1


def main():
    passed = failed = 0
    for package, wanted in environments.WANTED:
        try:
            python = environments.interpreter(wanted)
        except LookupError as error:
            print("skip  %s: %s" % (wanted, error))
            continue
        start = time.monotonic()
        for check in (compare, store):
            good, bad = check(python, package, wanted)
            passed, failed = passed + good, failed + bad
        print("done  %s (%.1f s)" % (wanted, time.monotonic() - start), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
