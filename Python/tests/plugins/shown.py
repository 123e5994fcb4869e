"""Plugins whose attributes and schema are what JSON lacks."""

import collections
import datetime
import enum
import fractions
import pathlib
import re


class Colour(enum.Enum):
    RED = "red"


class Numbers:
    name = 5
    version = None
    _progress = 1
    _status_message = [float("nan"), {1}]

    def execute(self):
        pass


class Hostile:
    name = "a\ud800b"
    version = {(1, 2): 3}

    def execute(self):
        pass

    @property
    def cancel(self):
        raise RuntimeError("no cancel today")


class Words(Numbers):
    """A name of which neither JSON nor text can be had."""

    class Name:
        def __str__(self):
            raise ValueError

    name = Name()
    version = datetime.timedelta(seconds=90, microseconds=500)


class Endless:
    def execute(self):
        self._status_message = "x" * (1 << 20)

    def cancel(self):
        raise ValueError("x" * (2 << 20))


class Schema:
    """Its schema is what the last call said."""

    KINDS = {
        "kinds": {
            "bytes": b"x",
            "complex": 1 - 2j,
            "date": datetime.date(2020, 1, 2),
            "deque": collections.deque([1]),
            "enum": Colour.RED,
            "fraction": fractions.Fraction(1, 2),
            "generator": (i for i in "ab"),
            "nan": float("nan"),
            "path": pathlib.Path("/a"),
            "pattern": re.compile("a.*"),
            "set": {1},
            "utc": datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
        },
        "keys": {"inner": {None: 1, 2: 2, True: 3, (4, "b"): 4, Colour.RED: 5}, b"own": 6},
        "durations": [
            datetime.timedelta(0),
            datetime.timedelta(days=-1, seconds=5),
            datetime.timedelta(weeks=60),
        ],
        "own keys": {1: 2},
        "unknown": {"a": object()},
    }
    KINDS["durations"] = {"all": KINDS["durations"]}

    def execute(self, name):
        self.name = name

    def get_config_schema(self):
        return self.KINDS[self.name]
