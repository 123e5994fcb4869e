"""What differs between the versions of the original. A later one is a file beside this: dialect_NAME.py,
where NAME is the package that its hosts have the interpreter run, as in `-m NAME.core.worker`."""

import sys

from . import encoding, loghook
from .calls import Outcome
from .errors import encoded
from .frames import CANCELLED, ERROR, INVALID, RESULT


class Original:
    """cjm-plugin-system up to 0.0.28, and the base of all others."""

    name = ""
    calls = 1  # how many run at once unless the command line says so
    whole = False  # calls bring the whole body of their requests
    threads = 0  # that it has started
    health = {}  # further members of /health
    endpoints = ()  # rows of (method, path, how it runs, function)
    hooks = False  # whether hooks that the plugin lacks are known all the same

    # What /progress shows of the plugin, read beside its calls: member and key of a frame STATE, the
    # attribute, and its value where there is none.
    attributes = (
        ("progress", "progress", "_progress", 0.0),
        ("progress", "message", "_status_message", ""),
    )

    def prepare(self, runner):
        """Before the plugin is imported."""
        loghook.install()

    def made(self, plugin):
        """After the plugin has been made."""

    def attribute(self, plugin, name):
        """The plugin's name or version; whatever it raises."""
        return getattr(plugin, name, "unknown")

    def arguments(self, frame):
        """The arguments of a call: `[args, kwargs]`, and perhaps more from a later daemon."""
        return encoding.decode(frame.payload)[:2]

    def configuration(self, frame):
        return encoding.decode(frame.payload)

    def scope(self):
        """What is kept for a call that begins; any thread."""

    def run(self, function, call, runner, arguments):
        """Runs a function of calls.py in the context of its call."""
        return function(call, runner, runner.plugin, arguments)

    def in_copy(self):
        """In a copy that plugin code has forked: frees locks that other threads may have held."""

    def endpoint(self, number):
        """The function of the row with that number."""
        return self.endpoints[number][3]

    def result(self, value):
        return encoding.result(value)

    def line_encoder(self):
        """What makes the lines of one stream, with NaN as Python spells it: the original's hosts are Python."""
        return encoding.encoder(encoding.default, True)

    def document(self, value):
        """What the plugin says of its configuration."""
        return encoding.result(value)

    def options(self, value):
        """What values the plugin says that its configuration may have."""
        return self.document(value)

    def schema(self, value):
        from . import lenient

        return lenient.document(value, "get_config_schema")

    def success(self, call, body):
        """How a call ends that went well."""
        return Outcome(RESULT, body)

    def refusal(self, plugin, call, error):
        """How a call ends whose arguments could not be read."""
        return Outcome(ERROR, encoded(error), INVALID)

    def failure(self, plugin, call, error):
        """How a call ends whose plugin code raised `error`."""
        return Outcome(ERROR, encoded(error))

    def stopped(self, plugin, call):
        """How a call ends that was stopped."""
        return Outcome(CANCELLED)

    def is_cancelled(self, error):
        """Whether that is how plugin code tells of a stop: the log need not say so."""
        return False

    def asked(self):
        """A call has been asked to end, perhaps before it began. On control."""

    def can_cancel(self, plugin, others):
        """cancel() stops all calls of the instance, so it is not for one of several. On control."""
        return not others and hasattr(plugin, "cancel")

    def cancel(self, plugin, call, others):
        """Has the plugin stop that call but not `others`; all calls if it is None."""
        return plugin.cancel()


def known():
    """The packages that have a dialect here; of two that an environment holds, the first counts."""
    names = sorted(__spec__.loader.sources, reverse=True)
    return [name[len("dialect_") :] for name in names if name.startswith("dialect_")]


def is_there(name, path=None):
    """Whether a module can be imported; imports nothing."""
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]
    return any(finder.find_spec(name, path) is not None for finder in finders)


def is_later(name):
    """Whether the environment's version of that package is new enough for a dialect: up to 0.0.28 it has no
    errors of its own. Asked before the dialect is compiled, which takes milliseconds."""
    core = __import__(name + ".core", fromlist=["__path__"])
    return is_there(name + ".core.errors", core.__path__)


def chosen(word):
    """The dialect that `-m` names, or else that whose package the environment holds."""
    names = known()
    package = word.partition(".")[0]
    if package in names:
        names = [package]
    for name in names:
        if is_there(name):
            if not is_later(name):
                break
            return __import__(__package__ + ".dialect_" + name, fromlist=["dialect"]).dialect()
    return Original()
