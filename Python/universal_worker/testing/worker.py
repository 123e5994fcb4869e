"""A class behind the real binary, asked over HTTP."""

import inspect
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from http.client import parse_headers

from .errors import Cancelled, Failed

PATIENCE = 30.0  # s that the worker may take to start, to answer and to end


def find_binary():
    """The one that UNIVERSAL_WORKER_BINARY names, else that of this environment, or of PATH."""
    beside = os.path.join(os.path.dirname(sys.executable), "universal-worker")
    given = os.environ.get("UNIVERSAL_WORKER_BINARY")
    found = given or (beside if os.access(beside, os.X_OK) else shutil.which("universal-worker"))
    if not found:
        raise FileNotFoundError("no universal-worker beside %s or on PATH" % sys.executable)
    return found


class Worker:
    """A worker on a free port; for `with`, which starts and ends it.

    `Worker(Words)`, or `Worker("words.py", "Words")` with what `--module` and `--class` take, a library
    too. Further arguments are options, such as "--concurrency", "4". `binary` is the worker's path,
    `environment` adds variables, `patience` is how many seconds it may take to start, to answer, to end.
    `log` has the lines that it has written, `exit_code` how it ended.
    """

    def __init__(self, module, class_name=None, *options, **more):
        self.binary = more.pop("binary", None)
        self.environment = more.pop("environment", {})
        self.patience = more.pop("patience", PATIENCE)
        if more:
            raise TypeError("unexpected arguments: %s" % ", ".join(sorted(more)))
        self.options = list(options)
        if isinstance(module, type):
            if class_name is not None:
                self.options.insert(0, class_name)
            module, class_name = inspect.getsourcefile(module), module.__name__
        self.arguments = ["--module", module, "--class", class_name]
        self.process = self.port = self.exit_code = None
        self.log = []
        self._said = threading.Condition()
        self._open = 2  # pipes

    def __enter__(self):
        command = [self.binary or find_binary()] + self.arguments + self.options + ["--port", "0"]
        command += ["--python", sys.executable] if not self.arguments[1].endswith(".so") else []
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(os.environ, UNIVERSAL_WORKER_LOG_FORMAT="text", **self.environment),
        )
        for pipe in (self.process.stdout, self.process.stderr):
            threading.Thread(target=self._read, args=(pipe,), daemon=True).start()
        try:
            found = self.logged(r"listening on 127\.0\.0\.1:(\d+)|FATAL: (.*)")
            if found[2] is not None:
                raise Failed(found[2])
            self.port = int(found[1])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.exit_code = self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(
                "the worker has not ended for %g s:\n%s" % (self.patience, "\n".join(self.log))
            ) from None

    def _read(self, pipe):
        with pipe:
            for line in pipe:
                with self._said:
                    self.log.append(line.decode(errors="replace").rstrip("\n"))
                    self._said.notify_all()
        with self._said:
            self._open -= 1
            self._said.notify_all()

    def logged(self, pattern):
        """Waits for a line of the log, and returns the match of the pattern in it."""

        def look():
            return next(filter(None, (re.search(pattern, line) for line in self.log)), None)

        with self._said:
            self._said.wait_for(lambda: look() or not self._open, self.patience)
            found = look()
        if not found:
            raise AssertionError("%r is not in the log:\n%s" % (pattern, "\n".join(self.log)))
        return found

    def call(self, *args, **kwargs):
        """POST /execute: the result.

        :raises Failed: with the status and the text of the answer; Cancelled for 409.
        """
        return self.post("/execute", {"args": args, "kwargs": kwargs})

    def stream(self, *args, **kwargs):
        """POST /execute_stream: a generator of what comes, as it comes; who closes it leaves.

        :raises Failed: at its end, if the stream failed; Cancelled, if it was cancelled.
        """
        body = json.dumps({"args": args, "kwargs": kwargs})
        with self._request("POST", "/execute_stream", body) as answer:
            answer.check()
            last = None
            for line in answer.lines():
                if last is not None:
                    yield last
                last = json.loads(line)
            ending = answer.trailers.get("X-Stream-End", "complete")
            if ending == "cancelled":
                raise Cancelled(str(last))
            if ending == "error":
                raise Failed(last["error"])
            if last is not None:
                yield last

    def get(self, path):
        """GET: the JSON of the answer. :raises Failed: if the status is not 2xx."""
        with self._request("GET", path) as answer:
            return answer.check()

    def post(self, path, value=None, headers=()):
        """POST with a JSON value: the JSON of the answer. :raises Failed: if the status is not 2xx."""
        with self._request("POST", path, json.dumps(value), headers) as answer:
            return answer.check()

    def initialize(self, config=None):
        """POST /initialize."""
        return self.post("/initialize", config)

    def health(self):
        """GET /health."""
        return self.get("/health")

    def progress(self):
        """GET /progress."""
        return self.get("/progress")

    def cancel(self, id_=None):
        """POST /cancel: all calls, or that of an id."""
        return self.post("/cancel" if id_ is None else "/cancel/" + id_)

    def _request(self, method, path, body="", headers=()):
        return Answer(self.port, self.patience, method, path, body, headers)


class Answer:
    """One answer, whose trailers are kept too, which http.client throws away."""

    def __init__(self, port, patience, method, path, body, headers):
        fields = [("Host", "127.0.0.1"), ("Connection", "close"), *dict(headers).items()]
        fields += [("Content-Length", len(body.encode()))] if method == "POST" else []
        head = "".join("%s: %s\r\n" % field for field in fields)
        self.socket = socket.create_connection(("127.0.0.1", port), patience)
        self.socket.sendall(("%s %s HTTP/1.1\r\n%s\r\n%s" % (method, path, head, body)).encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = parse_headers(self.file)
        self.trailers = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def parts(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            yield self.file.read()
            return
        while True:
            size = int(self.file.readline().split(b";")[0], 16)
            if size == 0:
                self.trailers = parse_headers(self.file)
                return
            yield self.file.read(size)
            self.file.readline()

    def lines(self):
        rest = b""
        for part in self.parts():
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                yield line

    def check(self):
        """The JSON, or what went wrong; of a stream that goes well nothing is read."""
        if 200 <= self.status < 300 and self.headers.get("Transfer-Encoding") == "chunked":
            return None
        text = b"".join(self.parts()).decode()
        is_json = "json" in self.headers.get("Content-Type", "")
        value = json.loads(text) if text and is_json else text
        if 200 <= self.status < 300:
            return value
        detail = value.get("detail", text) if isinstance(value, dict) else text
        raise Cancelled(detail) if self.status == 409 else Failed(detail, self.status)
