"""What cjm-plugin-system after 0.0.28 and cjm-substrate share: the base of their dialects.

The library of the plugin's environment does the work: its errors, its wire types, its log store. Names
are looked up one by one, since they came with versions of their own; `core.worker`, which imports FastAPI,
is never imported.
"""

import json
import os
import sys
from threading import Lock

from . import encoding, errors, percall
from .adapters import Adapters, ask
from .calls import answer
from .dialect import Original
from .encoding import shown
from .errors import encoded, report, trim
from .frames import ENDPOINT, EXECUTE, STREAM, WHOLE
from .gate import Gate
from .stopping import entries

STREAMS = 40  # at once, as in anyio's pool
COMPACT = (",", ":")


def nothing(*_, **__):
    """In place of what a version of the library lacks."""


def default(value):
    """As the original's encoder: dataclasses, datetime."""
    members = encoding.fields(value)
    if members is not None:
        return members
    datetime = sys.modules.get("datetime")
    if datetime and isinstance(value, datetime.datetime):
        return value.isoformat()
    return encoding.default(value)


def looks_through_packages(class_, name):
    """Whether the property calls `packages_distributions`, as the name of most plugins for these hosts does."""
    found = next((vars(base)[name] for base in class_.__mro__ if name in vars(base)), None)
    code = getattr(getattr(found, "fget", None), "__code__", None)
    # Up to 3.11 that function goes by suffixes as well, and does not ask whether files are there.
    return sys.version_info >= (3, 12) and "packages_distributions" in getattr(code, "co_names", ())


# Not ASCII: a lone surrogate is then an error of the call, as in the original.
strict = json.JSONEncoder(
    separators=COMPACT, allow_nan=False, ensure_ascii=False, default=default
).encode
loose = json.JSONEncoder(separators=COMPACT, default=default).encode
any_value = json.JSONEncoder(default=str).encode


class Dialect(Original):
    """The base; what differs is below in names, and in the files of the two."""

    package = None  # the library
    cancelled_error = None  # its class for a stop, in core.errors
    name_argument = None  # of its function that describes errors
    no_monitor = None  # what a plugin without a monitor's method is told
    whole = True
    hooks = True
    attributes = Original.attributes + (("stats", "usage", "_last_api_usage", None),)

    def __init__(self):
        self.name = self.package
        # As many executes at once as asyncio's pool has threads, and streams beside these.
        executes = min(32, (os.cpu_count() or 1) + 4)
        self.gate = Gate(executes)
        self.calls = executes + STREAMS
        self.scopes = percall.Scopes()
        self.is_apart = False  # the flag of a stop is kept apart for each call
        self.adapters = Adapters(self)
        self.endpoints = (
            ("GET", "/structural_surface", "beside", self.surface),
            ("POST", "/task", "call", self.adapters.task),
            ("POST", "/get_system_status", "beside", self.monitor("get_system_status")),
            ("POST", "/list_processes", "beside", self.monitor("list_processes")),
        )

    # Loading

    def module(self, name):
        """A module of the library, or None where this version has none of that name."""
        full = "%s.core.%s" % (self.package, name)
        try:
            return __import__(full, fromlist=[name])
        except ModuleNotFoundError as error:
            if error.name != full:
                raise
            return None

    def prepare(self, runner):
        wire = self.module("wire")
        failures = self.module("errors")
        store = self.module("diagnostics_store")
        self.specs = runner.parameters.adapters
        self.envelope_key = getattr(wire, "ENVELOPE_BODY_KEY", "envelope")
        self.envelope_class = getattr(wire, "CallEnvelope", None)
        self.set_envelope = getattr(wire, "set_call_envelope", nothing)
        self.accounts_header = getattr(wire, "ACCOUNTS_HEADER", "X-CJM-Accounts")
        self.begin_accounts = getattr(wire, "begin_account_capture", nothing)
        self.record_account = getattr(wire, "record_account", nothing)
        self.drain_accounts = getattr(wire, "drain_accounts", nothing)
        self.wire_encode = getattr(wire, "wire_encode", lambda value: value)
        self.describe = failures.map_bare_exception_to_job_error
        self.cancelled_class = getattr(failures, self.cancelled_error, ())
        self.flush = getattr(store, "flush_worker_diagnostics", nothing)
        if not hasattr(store, "install_worker_diagnostics"):
            return super().prepare(runner)
        handler = store.install_worker_diagnostics()
        if handler is not None and self.flush is not nothing:
            from .diagnostics import Flusher

            Flusher(handler, self.flush)
            self.threads += 1

    def made(self, plugin):
        self.keep_apart(plugin)
        for spec in filter(None, map(str.strip, self.specs.split(","))):
            self.adapters.bind(plugin, spec)
        self.flush()

    def keep_apart(self, plugin):
        """Also at a call, as a plugin may make its flag only then."""
        if not self.is_apart and hasattr(plugin, percall.CancelFlag.name):
            self.is_apart = percall.keep_apart(plugin, self.scopes)

    def attribute(self, plugin, name):
        """As the plugin has it, by quicker means where it looks through all packages."""
        get = super().attribute
        if not looks_through_packages(type(plugin), name):
            return get(plugin, name)
        from . import distributions

        return distributions.call(lambda: get(plugin, name))

    # Calls

    def arguments(self, frame):
        body = encoding.decode(frame.payload)
        if not frame.flags & WHOLE:
            return body[0], body[1], None
        return body.get("args", []), body.get("kwargs", {}), self.envelope(body)

    def envelope(self, body):
        """The envelope of a body, if it has one."""
        wire = body.get(self.envelope_key)
        return self.envelope_class.from_wire(wire) if wire and self.envelope_class else None

    def scope(self):
        return percall.Scope(self.scopes)

    def in_copy(self):
        self.gate.lock = Lock()

    def run(self, function, call, runner, arguments):
        scope = call.scope
        try:
            if scope is None:  # beside calls
                return function(call, runner, runner.plugin, arguments)
            percall.current.set(scope)
            self.scopes.running.add(scope)
            if call.asked:  # a stop of all came in between
                scope.is_cancelled = True
            if call.kind == EXECUTE or call.kind == STREAM:
                *arguments, envelope = arguments
                self.begin(runner.plugin, envelope)
            is_task = call.kind == ENDPOINT and "endpoint" in arguments.head
            if call.kind != EXECUTE and not is_task:
                return function(call, runner, runner.plugin, arguments)
            self.gate.enter(call)
            try:
                if not is_task:  # a task does so once its names are known
                    self.reset_usage(runner.plugin)
                return function(call, runner, runner.plugin, arguments)
            finally:
                self.gate.leave()
        finally:
            self.scopes.running.discard(scope)
            self.flush()

    def begin(self, plugin, envelope):
        """What a call begins with, in its context."""
        if envelope is not None:
            self.set_envelope(envelope)
        self.begin_accounts()
        self.keep_apart(plugin)

    def reset_usage(self, plugin):
        plugin._last_api_usage = None

    def success(self, call, body):
        headers = self.accounts() if call.kind == EXECUTE else ()
        return answer(200, body, headers) if headers else super().success(call, body)

    def refusal(self, plugin, call, error):
        if call.kind == STREAM:  # of other lines hosts do not know that they tell of an error
            return answer(500, self.error_line(plugin, error))
        return super().refusal(plugin, call, error)

    def failure(self, plugin, call, error):
        if call.kind != EXECUTE and call.kind != STREAM:
            return super().failure(plugin, call, error)
        is_stop = self.is_cancelled(error)
        if is_stop and call.kind == EXECUTE:
            return answer(409, self.detail(error))
        if call.kind == STREAM:
            return answer(409 if is_stop else 500, self.error_line(plugin, error))
        return answer(500, self.job_error(plugin, error)[1], self.accounts_of_failure())

    def stopped(self, plugin, call):
        if call.kind != STREAM or not self.cancelled_class:
            return super().stopped(plugin, call)
        error = self.cancelled_class(self.plugin_name(plugin))
        return answer(409, self.error_line(plugin, error))

    def plugin_name(self, plugin):
        try:
            return self.attribute(plugin, "name")
        except Exception:  # a property
            return "unknown"

    def error_line(self, plugin, error):
        """The last line of a stream, with NaN and lone surrogates as Python spells them."""
        return self.described(plugin, error)[1].encode()

    def job_error(self, plugin, error):
        """The library's description of an error, and the body that carries it."""
        described, text = self.described(plugin, error)
        return described, encoding.interchangeable(text)

    def described(self, plugin, error):
        """The library's description of an error, and its JSON as Python spells it."""
        error = trim(error, entries)
        name = {self.name_argument: self.plugin_name(plugin)}
        try:
            described = self.describe(error, **name)
        except Exception:  # a __str__ that raises
            described = self.describe(RuntimeError(encoded(error).decode()), **name)
        try:
            text = loose({"_job_error": described})
        except Exception:  # a detail of the plugin's that is no JSON
            members = ['"%s":%s' % (key, shown(item)) for key, item in vars(described).items()]
            text = '{"_job_error":{%s}}' % ",".join(members)
        return described, text

    def accounts(self):
        """The header that tells of them, if there are any; raises if it cannot be written."""
        accounts = self.drain_accounts()
        return [(self.accounts_header, any_value(accounts))] if accounts else ()

    def accounts_of_failure(self):
        """The same, but left out if it cannot be written: the failure is what matters."""
        try:
            return self.accounts()
        except Exception as error:
            report(error)
            return ()

    def result(self, value):
        value = self.wire_encode(value)
        try:
            return strict(value).encode()
        except RecursionError:
            return encoding.deeper(strict, value).encode()
        except ValueError:
            pass  # perhaps a key: the original makes it a text before it refuses NaN
        return strict(json.loads(loose(value))).encode()

    def line_encoder(self):
        encode = encoding.encoder(default, True)
        return lambda value: encode(self.wire_encode(value))

    def document(self, value):
        return encoding.without_nan(loose(value))

    def object(self, value, method):
        """What the original encodes itself before FastAPI checks that it is a `Dict[str, Any]`."""
        text = self.document(value)
        if not text.startswith(b"{"):
            raise TypeError("%s returned %s, not dict" % (method, type(value).__name__))
        return text

    def options(self, value):
        return self.object(value, "get_config_options")

    @staticmethod
    def detail(error):
        text = error if isinstance(error, str) else errors.text(error)
        return strict({"detail": text}).encode("utf-8", "replace")

    # Stops

    def is_cancelled(self, error):
        return isinstance(error, self.cancelled_class)

    def asked(self):
        self.gate.look()

    def can_cancel(self, plugin, others):
        return hasattr(plugin, "cancel") and (not others or self.is_apart)

    def cancel(self, plugin, call, others):
        if call is None:
            return plugin.cancel()
        percall.current.set(call.scope)
        if not others:
            return plugin.cancel()
        # What a plugin's own cancel() does is about all calls; the library's keeps to the scope.
        for base in type(plugin).__mro__:
            if base.__module__.startswith(self.package + ".") and "cancel" in vars(base):
                return vars(base)["cancel"](plugin)
        plugin._cancel_requested = True

    # Endpoints

    def surface(self, call, runner, request):
        derive = getattr(self.module("capability"), "derive_structural_surface", None)
        if derive is None:
            return answer(404, self.detail("Not Found"))
        from . import lenient

        return lenient.document(derive(type(runner.plugin)), derive.__name__)

    def monitor(self, method):
        """The endpoint of one method of a monitor."""

        def endpoint(call, runner, request):
            plugin = runner.plugin
            if not hasattr(plugin, method):
                name = getattr(plugin, "name", runner.parameters.class_name)
                return answer(404, self.detail(self.no_monitor % (name, method)))
            try:
                value = ask(call, runner, getattr(plugin, method))
            except NotImplementedError as error:
                return answer(501, self.detail(str(error) or method + " not implemented"))
            if method != "get_system_status":
                return self.document(value)
            if not hasattr(value, "to_dict"):
                return self.object(value, method)
            from . import lenient

            return lenient.document(value.to_dict(), method)

        return endpoint

    def counters(self):
        """What the process has read and written so far, in some form; the newer library wants it."""

    def difference(self, before, after):
        """What an account says of that."""
