"""Values that JSON has or lacks; `execute(name)` returns one, `execute_stream(name)` yields it."""

import dataclasses
import datetime
import decimal
import enum
import gc
import weakref


@dataclasses.dataclass
class Inner:
    a: int = 1


@dataclasses.dataclass
class Outer:
    inner: Inner
    items: tuple = (1, 2)


Colour = enum.Enum("Colour", "RED")


class Whole(enum.IntEnum):
    ONE = 1


class Large(list):
    """Can be referred to weakly."""


larges = []


def large(size):
    value = Large(["x" * size])
    larges.append(weakref.ref(value))
    return value


def still_there():
    gc.collect()  # PyPy frees nothing by itself
    return [ref() is not None for ref in larges]


circle = []
circle.append(circle)
deep = []
for _ in range(100000):
    deep = [deep]


class Words(Exception):
    """Its text cannot be had."""

    def __str__(self):
        raise ValueError


class Values:
    VALUES = {
        "nan": {"a": float("nan"), "b": [float("inf"), -float("inf")], "c": "NaN"},
        "nan_key": {float("nan"): 1},
        "dataclass": Outer(Inner(2)),
        "tuple": (1, (2, 3)),
        "keys": {1: "a", True: "b", None: "c", 1.5: "d"},
        "same": {1: "a", "1": "b"},
        "unicode": "ä\u2028🐙",
        "surrogate": "\ud800",
        "intenum": Whole.ONE,
        "big": 10**400,
        "bytes": b"x",
        "set": {1},
        "decimal": decimal.Decimal(1),
        "datetime": datetime.datetime(2020, 1, 1),
        "enum": Colour.RED,
        "class": int,
        "class_of_data": Outer,
        "generator": (i for i in ()),
        "tuple_key": {(1, 2): 3},
        "circle": circle,
        "deep": deep,
        "digits": 10**5000,
        "none": None,
    }

    def execute(self, name, value=None):
        if name == "echo":
            return value
        if name == "raise_words":
            raise Words
        if name == "raise_surrogate":
            raise ValueError("a\ud800b")
        if name == "large":
            return large(value)
        if name == "still_there":
            return still_there()
        return self.VALUES[name]

    def execute_stream(self, name):
        yield self.execute(name)
