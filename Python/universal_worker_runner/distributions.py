"""A quicker `importlib.metadata.packages_distributions`, by which plugins of later hosts find their `name`.

From 3.12 on that asks of each file of each package in the environment whether it is there, though one of a
folder tells its name, and reads a package's whole description for its first lines. Here the standard library's
own code runs over packages whose RECORD is shorter, so that what it says stays its own.
"""

import re
from importlib import metadata
from types import FunctionType

NAME = re.compile(r"Metadata-Version: [0-9.]+\nName: ([A-Za-z0-9._-]+)\n[A-Za-z]")
FUNCTION = "packages_distributions"


class Short(metadata.PathDistribution):
    """A package that has been found, as far as that function looks at it."""

    def __init__(self, found):
        vars(self).update(vars(found))

    def read_text(self, filename):
        text = super().read_text(filename)
        return self.short(text) if filename == "RECORD" and text else text

    def short(self, record):
        """RECORD without files of a folder of which one is there; a line that could be an error stays."""
        if '"' in record:  # a line of it may be part of a row
            return record
        tops, lines = set(), []
        for line in record.splitlines():
            top, _, rest = line.partition("/")
            path, commas, size = rest.partition(",")[0], rest.count(","), rest.rpartition(",")[2]
            if top in tops and commas == 2 and (not size or size.isdecimal()):
                continue
            lines.append(line + "\n")
            # Some paths have another top than they begin with, or none: `./a/b.py`, `a/`, `/a`.
            if top not in ("", ".") and path[:1] not in ("", ".", "/") and top not in tops:
                if self.locate_file("%s/%s" % (top, path)).exists():
                    tops.add(top)
        return "".join(lines)

    @property
    def metadata(self):
        plain = NAME.match(self.read_text("METADATA") or "")
        return {"Name": plain.group(1)} if plain else super().metadata


def distributions():
    for found in metadata.distributions():
        yield Short(found) if type(found) is metadata.PathDistribution else found


def call(function):
    """What `function` returns, while the quicker one stands where plugins find the standard library's."""
    real = getattr(metadata, FUNCTION)
    if getattr(real, "__globals__", None) is not vars(metadata):
        return function()  # the plugin has replaced it, or another thread is here

    def quicker():
        return FunctionType(real.__code__, dict(vars(metadata), distributions=distributions))()

    setattr(metadata, FUNCTION, quicker)
    try:
        return function()
    finally:
        if getattr(metadata, FUNCTION) is quicker:
            setattr(metadata, FUNCTION, real)
