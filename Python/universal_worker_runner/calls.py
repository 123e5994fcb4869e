"""One call: what the daemon wants of the plugin, and what becomes of it."""

from .errors import encoded, report
from .frames import CANCELLED, ERROR, INVALID, LONGEST, RESULT
from .stopping import Stopped, entries, entry


class Call:
    """What a lane is busy with. `asked` and `forced` are set by the control thread."""

    __slots__ = ("id", "kind", "asked", "forced", "fired", "forces", "task", "lines")

    def __init__(self, id_, kind):
        self.id = id_
        self.kind = kind
        self.asked = False  # is to end: a stream does so between two values
        self.forced = False  # by force, and the force has not been used yet
        self.fired = False  # the force has been used
        self.forces = 0  # how often it was to be used
        self.task = None  # the asyncio task, while a coroutine runs
        self.lines = None  # a stream's

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


@entry
def execute(call, runner, plugin, arguments):
    args, kwargs = arguments
    result = plugin.execute(*args, **kwargs)
    return runner.dialect.result(settle(runner, call, result))


@entry
def stream(call, runner, plugin, arguments):
    args, kwargs = arguments
    if hasattr(plugin, "execute_stream"):
        iterator = settle(runner, call, plugin.execute_stream(*args, **kwargs))
    else:
        iterator = [settle(runner, call, plugin.execute(*args, **kwargs))]
    encode = runner.dialect.line
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
    return runner.dialect.result(settle(runner, call, plugin.get_current_config()))


@entry
def cleanup(call, runner, plugin, _):
    if hasattr(plugin, "cleanup"):
        settle(runner, call, plugin.cleanup())


def settle(runner, call, value):
    """Awaits what `async def` returned; anything else is itself."""
    if hasattr(value, "__await__"):
        return runner.coroutines().run(call, value)
    return value


def nothing(payload):
    """The arguments of a call that has none."""


def perform(function, decode, call, runner, frame):
    """Runs one function of this module in a context of its own, and tells how it went."""
    try:
        arguments = decode(frame.payload)
    except Exception as error:  # an integer of too many digits, too deep
        return Outcome(ERROR, encoded(error), INVALID)
    frame.payload = None  # ten megabytes are not kept while the plugin works
    if call.asked:  # before it began
        return Outcome(CANCELLED)
    try:
        context = runner.context.copy()
        body = context.run(function, call, runner, runner.plugin, arguments) or b""
    except Stopped:
        return Outcome(CANCELLED)
    except BaseException as error:
        if runner.copied():
            runner.leave_copy(error)
        # A plugin may turn the stop into an exception of its own; and CancelledError is a coroutine's.
        if call.fired or (call.lines and call.asked):
            return Outcome(CANCELLED)
        outcome = runner.dialect.failure(error)
        report(error, entries)
        return outcome
    if runner.copied():
        runner.leave_copy()
    if len(body) > LONGEST:
        return Outcome(ERROR, b"the result is longer than 4 GiB")
    if call.lines and call.asked:
        return Outcome(CANCELLED)
    return Outcome(RESULT, body)
