"""Task adapters: objects beside the plugin, whose methods hosts call by POST /task."""

import json
from time import monotonic

from .calls import Outcome, answer, settle
from .errors import encoded, report
from .frames import ERROR, INVALID
from .stopping import Stopped, entries, entry


class Adapters:
    def __init__(self, dialect):
        self.dialect = dialect
        self.bound = {}  # by task

    def bind(self, plugin, spec):
        """Makes one adapter, MODULE:CLASS; one that cannot be had is told of and left out."""
        import logging

        try:
            module, name = spec.rsplit(":", 1)
            cls = getattr(__import__(module, fromlist=[name]), name)
            task = getattr(cls, "task_name", "") or ""
            if not task:
                logging.error("Adapter %r has no task_name; skipping", spec)
            elif task in self.bound:
                owner = type(self.bound[task]).__name__
                logging.error("Task %r already bound to %s; skipping %r", task, owner, spec)
            else:
                self.bound[task] = cls(plugin)
                logging.info("Bound adapter %s for task %r", name, task)
        except Exception as error:
            logging.error("Failed to load adapter %r: %s", spec, error)

    def task(self, call, runner, request):
        """POST /task: `{"task", "method", "kwargs", "envelope"?}`."""
        dialect = self.dialect
        plugin = runner.plugin
        try:
            body = json.loads(request.body)
            if not isinstance(body, dict):
                raise ValueError("expected an object, found %s" % type(body).__name__)
            envelope = dialect.envelope(body)
        except Exception as error:
            return Outcome(ERROR, b"The body is no task: " + encoded(error), INVALID)
        dialect.begin(plugin, envelope)
        task, name = body.get("task"), body.get("method") or ""
        method, problem = self.find(task, name)
        if method is None:
            return answer(404, dialect.detail(problem))
        dialect.reset_usage(plugin)
        start, before = monotonic(), dialect.counters()
        try:
            text = dialect.result(ask(call, runner, method, body.get("kwargs", {})))
            account = self.account(task, name, True, start)
            io = dialect.difference(before, dialect.counters())
            if io:
                account["io"] = io
            dialect.record_account("task_account", account)
            return answer(200, text, dialect.accounts())
        except Stopped:
            raise
        except BaseException as error:
            if runner.copied() or call.fired:
                raise
            if dialect.is_cancelled(error):
                return answer(409, dialect.detail(error))
            report(error, entries)
            described, text = dialect.job_error(plugin, error)
            account = self.account(task, name, False, start)
            account["error_category"] = described.category
            dialect.record_account("task_account", account)
            return answer(500, text, dialect.accounts_of_failure())

    @staticmethod
    def account(task, method, ok, start):
        """What is told of a task that has ended."""
        duration = round(monotonic() - start, 3)
        return {"task": task, "method": method, "ok": ok, "duration_s": duration}

    def find(self, task, name):
        """The method of a task's adapter, or None and why there is none."""
        adapter = self.bound.get(task) if getattr(task, "__hash__", None) else None
        if adapter is None:
            bound = sorted(self.bound, key=str)
            return None, "No adapter bound for task %r (bound: %r)" % (task, bound)
        if not isinstance(name, str) or not name or name.startswith("_"):
            return None, "Invalid task method %r" % (name,)
        method = getattr(adapter, name, None)
        if not callable(method):
            return None, "Task %r adapter has no method %r" % (task, name)
        return method, None


@entry
def ask(call, runner, function, kwargs={}):  # noqa: B006
    return settle(runner, call, function(**kwargs))
