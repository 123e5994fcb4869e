"""One call: what the daemon wants of the plugin, and what becomes of it."""

from .encoding import LARGE, decode, encode_basestring_ascii, shown
from .errors import report
from .frames import ANSWER, CONTEXT, ERROR, LONGEST, UNSUPPORTED
from .stopping import Stopped, entries, entry

# The optional methods beyond those of the first hosts, by the names that the worker has for them.
HOOKS = {
    "prefetch": "prefetch",
    "reconfigure": "reconfigure",
    "on_enable": "on_enable",
    "on_disable": "on_disable",
    "config_options": "get_config_options",
}


class Call:
    """What a lane is busy with. `asked` and `forced` are set by the control thread."""

    __slots__ = (
        *("id", "kind", "asked", "forced", "fired", "forces", "task", "lines", "scope", "request"),
        "kept",
    )

    def __init__(self, id_, kind, scope=None):
        self.id = id_
        self.kind = kind
        self.asked = False  # is to end: a stream does so between two values
        self.forced = False  # by force, and the force has not been used yet
        self.fired = False  # the force has been used
        self.forces = 0  # how often it was to be used
        self.task = None  # the asyncio task, while a coroutine runs
        self.lines = None  # a stream's
        self.scope = scope  # what the dialect keeps for it
        self.request = None  # what is known of its request, if the plugin wants to see that
        self.kept = None  # what is to be freed once it has been answered

    def take_force(self):
        self.forced = False
        self.fired = True


class Outcome:
    """How a call ended: a frame that is yet to be sent."""

    __slots__ = ("kind", "payload", "flags")

    def __init__(self, kind, payload=b"", flags=0):
        self.kind = kind
        self.payload = payload
        self.flags = flags


def answer(status, body, headers=()):
    """An answer of the plugin's own: a status, pairs of names and values, and bytes."""
    fields = ",".join(['"%s":%s' % (name, encode_basestring_ascii(value)) for name, value in headers])
    return Outcome(ANSWER, b'{"status":%d,"headers":{%s}}\n%s' % (status, fields.encode(), body))


class Request:
    """What a client wants of an endpoint, or the worker of a hook. `head` has "endpoint" or "hook"."""

    __slots__ = ("head", "body")

    def __init__(self, payload):
        end = payload.index(b"\n")
        self.head = decode(payload[:end])
        self.body = payload[end + 1 :]


@entry
def execute(call, runner, plugin, arguments):
    args, kwargs = arguments
    result = plugin.execute(*args, **kwargs)
    result = settle(runner, call, result)
    text = runner.dialect.result(result)
    if len(text) >= LARGE:  # ten megabytes of objects take 15 ms to free: the client need not wait
        call.kept = arguments, result
    return text


@entry
def stream(call, runner, plugin, arguments):
    args, kwargs = arguments
    if hasattr(plugin, "execute_stream"):
        iterator = settle(runner, call, plugin.execute_stream(*args, **kwargs))
    else:
        iterator = [settle(runner, call, plugin.execute(*args, **kwargs))]
    encode = runner.dialect.line_encoder()
    put = call.lines.put
    if hasattr(iterator, "__aiter__"):
        return runner.coroutines().pump(call, iterator, encode)
    whole = False
    try:
        for value in iterator:
            if put(encode(value)):
                call.take_force()  # it has been heeded, and is not to hit what closes the generator
                break
        else:
            whole = True
    finally:
        if not whole and hasattr(iterator, "close"):
            iterator.close()  # its own thread, between two values: the only one that may


@entry
def initialize(call, runner, plugin, configuration):
    settle(runner, call, plugin.initialize(configuration))


@entry
def schema(call, runner, plugin, _):
    if not hasattr(plugin, "get_config_schema"):
        return b"{}"
    return runner.dialect.schema(settle(runner, call, plugin.get_config_schema()))


@entry
def config(call, runner, plugin, _):
    if not hasattr(plugin, "get_current_config"):
        return b"{}"
    return runner.dialect.document(settle(runner, call, plugin.get_current_config()))


def bodies(call, runner, plugin, _):
    from .schemas import bodies

    return shown(bodies(plugin)).encode()


@entry
def cleanup(call, runner, plugin, _):
    if hasattr(plugin, "cleanup"):
        settle(runner, call, plugin.cleanup())


@entry
def hook(call, runner, plugin, name, arguments):
    result = settle(runner, call, getattr(plugin, HOOKS[name])(*arguments))
    return runner.dialect.options(result) if name == "config_options" else b""


def request(call, runner, plugin, asked):
    """A request for an endpoint that the dialect has declared, or a hook."""
    name = asked.head.get("hook")
    if name is None:
        return runner.dialect.endpoint(asked.head["endpoint"])(call, runner, asked)
    if name not in HOOKS or not hasattr(plugin, HOOKS[name]):
        return Outcome(ERROR, b"the plugin has no such hook", UNSUPPORTED)
    if "problem" in asked.head:
        return Outcome(ERROR, asked.head["problem"].encode())
    return hook(call, runner, plugin, name, decode(asked.body) if asked.body else ())


def settle(runner, call, value):
    """Awaits what `async def` returned; anything else is itself."""
    if hasattr(value, "__await__"):
        return runner.coroutines().run(call, value)
    return value


def nothing(frame):
    """The arguments of a call that has none."""


def context(payload):
    """The line about the request, and what comes behind it."""
    end = payload.index(b"\n")
    return decode(payload[:end]), payload[end + 1 :]


def perform(function, read, call, runner, frame):
    """Runs one function of this module in a context of its own, and tells how it went."""
    try:
        if frame.flags & CONTEXT:
            call.request, frame.payload = context(frame.payload)
        arguments = read(frame)
    except Exception as error:  # an integer of too many digits, too deep
        return runner.dialect.refusal(runner.plugin, call, error)
    frame.payload = None  # ten megabytes are not kept while the plugin works
    if call.asked:  # before it began
        return runner.dialect.stopped(runner.plugin, call)
    return runner.context.copy().run(attempt, function, call, runner, arguments)


def attempt(function, call, runner, arguments):
    """The call's context is in force in all of it, also where the dialect words the answer."""
    dialect = runner.dialect
    plugin = runner.plugin
    if call.request is not None:
        from . import request

        request.enter(call.request)
    try:
        body = dialect.run(function, call, runner, arguments) or b""
        outcome = body if type(body) is Outcome else dialect.success(call, body)
    except Stopped:
        return dialect.stopped(plugin, call)
    except BaseException as error:
        if runner.copied():
            runner.leave_copy(error)
        # A plugin may turn the stop into an exception of its own; and CancelledError is a coroutine's.
        if call.fired or (call.lines and call.asked):
            return dialect.stopped(plugin, call)
        outcome = dialect.failure(plugin, call, error)
        if not dialect.is_cancelled(error):
            report(error, entries)
        return outcome
    if runner.copied():
        runner.leave_copy()
    if call.lines and call.asked:
        return dialect.stopped(plugin, call)
    if len(outcome.payload) > LONGEST:
        return Outcome(ERROR, b"the result is longer than 4 GiB")
    return outcome
