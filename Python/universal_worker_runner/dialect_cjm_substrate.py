"""cjm-substrate."""

import os
import sys

from . import cjm

# Of /proc/self/io: as accounts have them, and as they are spelled there.
COUNTERS = [
    (name, name.encode() + b":")
    for name in ("read_bytes", "write_bytes", "cancelled_write_bytes", "rchar", "wchar")
]


class Substrate(cjm.Dialect):
    package = "cjm_substrate"
    cancelled_error = "CapabilityCancelledError"
    name_argument = "capability_name"
    no_monitor = "Capability %r is not a monitor capability (no %s method)."

    def __init__(self):
        super().__init__()
        version = __import__(self.package).__version__
        self.health = {"substrate_version": version, "python_executable": sys.executable}
        self.io = None

    def counters(self):
        """The text of /proc/self/io, which is opened once: each system call gives the interpreter's lock away,
        for which others may wait."""
        try:
            if self.io is None:
                self.io = os.open("/proc/self/io", os.O_RDONLY)
            return os.pread(self.io, 4096, 0)
        except OSError:  # not to be read, or the plugin has closed it
            self.io = None
            return None

    def difference(self, before, after):
        try:
            before, after = values(before), values(after)
            difference = {key: after[name] - before[name] for key, name in COUNTERS if name in after}
        except (AttributeError, KeyError, ValueError):  # none, or of another file that the plugin has opened
            difference = None
        if not difference:
            self.io = None
        return difference


def values(text):
    words = text.split()
    return dict(zip(words[::2], map(int, words[1::2])))


def dialect():
    return Substrate()
