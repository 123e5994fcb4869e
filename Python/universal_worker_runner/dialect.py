"""What differs between the versions of the original. Later ones are classes beside this one."""

from . import encoding, loghook
from .calls import Outcome
from .errors import encoded
from .frames import ERROR


class Original:
    """cjm-plugin-system up to 0.0.28."""

    # What /progress shows of the plugin, read beside its calls: member and key of a frame STATE, the
    # attribute, and its value where there is none.
    attributes = (
        ("progress", "progress", "_progress", 0.0),
        ("progress", "message", "_status_message", ""),
    )

    def prepare(self):
        """Before the plugin is imported."""
        loghook.install()

    def arguments(self, payload):
        """The arguments of a call: `[args, kwargs]`, and perhaps more from a later daemon."""
        return encoding.decode(payload)[:2]

    def configuration(self, payload):
        return encoding.decode(payload)

    def result(self, value):
        return encoding.result(value)

    def line(self, value):
        """One value of a stream, with NaN as Python spells it: the original's hosts are Python."""
        return encoding.loose(value)

    def schema(self, value):
        from . import lenient

        return lenient.schema(value)

    def failure(self, error):
        """How a call ends whose plugin code raised `error`."""
        return Outcome(ERROR, encoded(error))


# The name comes with the BOOT frame; what is not known is the original's.
DIALECTS = {"": Original}


def named(name):
    return DIALECTS.get(name, Original)()
