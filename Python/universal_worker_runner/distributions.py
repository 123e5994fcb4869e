"""Quicker functions of `importlib.metadata`, by which plugins of later hosts find their `name`.

From 3.12 on `packages_distributions` asks of each file of each package in the environment whether it is there,
though one of a folder tells its name. It and `metadata` read a package's whole description for its first lines,
by the reader of mail, which takes longer to import than all of this to run. Here the standard library's own code
runs over packages whose RECORD is shorter and whose name is read first, so that what it says stays its own.
"""

import re
from importlib import metadata
from types import FunctionType

NAME = re.compile(r"Metadata-Version: [0-9.]+\nName: ([A-Za-z0-9._-]+)\n[A-Za-z]")
FUNCTIONS = ("packages_distributions", "metadata")


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
        whole = super()
        return Description(plain.group(1), lambda: whole.metadata) if plain else whole.metadata


class Description:
    """What a package says of itself: its name at once, all else once the standard library has read it."""

    def __init__(self, name, read):
        self.name = name
        self.read = read

    def __getitem__(self, key):
        return self.name if key == "Name" else self.read()[key]

    def __getattr__(self, name):
        return getattr(self.read(), name)

    def __contains__(self, key):
        return key in self.read()

    def __iter__(self):
        return iter(self.read())

    def __len__(self):
        return len(self.read())

    def __bool__(self):
        return True  # it has a name


class Found(metadata.Distribution):
    """Where the standard library's functions look for packages."""

    @classmethod
    def discover(cls, **context):
        for found in super().discover(**context):
            yield Short(found) if type(found) is metadata.PathDistribution else found


def quicker(real):
    names = dict(vars(metadata), distributions=Found.discover, Distribution=Found)
    return FunctionType(real.__code__, names, real.__name__, real.__defaults__)


def call(function):
    """What `function` returns, while quicker ones stand where plugins find the standard library's."""
    real = {name: getattr(metadata, name) for name in FUNCTIONS}
    if any(getattr(found, "__globals__", None) is not vars(metadata) for found in real.values()):
        return function()  # the plugin has replaced one, or another thread is here
    ours = {name: quicker(found) for name, found in real.items()}
    vars(metadata).update(ours)
    try:
        return function()
    finally:
        for name in FUNCTIONS:
            if getattr(metadata, name) is ours[name]:
                setattr(metadata, name, real[name])
