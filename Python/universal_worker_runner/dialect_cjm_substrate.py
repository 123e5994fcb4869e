"""cjm-substrate."""

import sys

from . import cjm

COUNTERS = ("read_bytes", "write_bytes", "cancelled_write_bytes", "rchar", "wchar")


class Substrate(cjm.Dialect):
    package = "cjm_substrate"
    cancelled_error = "CapabilityCancelledError"
    name_argument = "capability_name"
    no_monitor = "Capability %r is not a monitor capability (no %s method)."

    def __init__(self):
        super().__init__()
        version = __import__(self.package).__version__
        self.health = {"substrate_version": version, "python_executable": sys.executable}

    def counters(self):
        try:
            with open("/proc/self/io") as file:
                pairs = (line.split(":", 1) for line in file if ":" in line)
                values = {key.strip(): int(value) for key, value in pairs}
        except (OSError, ValueError):
            return None
        return {key: values[key] for key in COUNTERS if key in values}


def dialect():
    return Substrate()
