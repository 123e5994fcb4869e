import enum
import functools
import sys
from dataclasses import dataclass, field
from typing import Any, Dict, List, NewType, Optional, Set, Tuple, Union

Name = NewType("Name", str)


class Colour(enum.Enum):
    RED = "red"
    BLUE = 2


class Flags(enum.Flag):
    A = 1


@dataclass
class Node:
    name: Name
    children: List["Node"] = field(default_factory=list)
    colour: Colour = Colour.RED
    hidden: int = field(default=0, init=False)


class Whole:
    def execute(
        self, text: str, count: int = 3, *more: float, node: Node, flag: bool = False, **rest: Colour
    ):
        """Does what it
        is told to.

        Args:
            text (str, optional): What is
                said.
            count: How often: at least once.

        Returns:
            count: not this one
        """

    def execute_stream(self, *args: Any, **kwargs: Any):
        yield


class Styles:
    def execute(self, a, b, c):
        """Told in two ways.

        :param int a: The first.

        Parameters
        ----------
        b : int
            The second.
        *c
        """


class Types:
    annotations = {
        "none": None,
        "maybe": Optional[int],
        "union": Union[str, int, List[str]],
        "table": Dict[str, int],
        "any_table": dict,
        "pair": Tuple[int, str],
        "row": Tuple[int, ...],
        "set": Set[bool],
        "anything": Any,
        "unknown": Union[int, complex],
        "flags": Flags,
        "literal": "no type at all",
        "bad": "1 / 0",
        "number": 5,
    }

    def execute(self, **names):
        pass

    execute.__annotations__ = {"names": str}


def of(annotations):
    """A function with these keyword-only parameters."""
    scope = {}
    exec("def execute(self, *, %s): pass" % ", ".join(annotations), globals(), scope)
    scope["execute"].__annotations__ = annotations
    return scope["execute"]


Types.execute = of(Types.annotations)


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


class Wrapped:
    @decorated
    def execute(self, a: int):
        pass

    @staticmethod
    def execute_stream(b: int):
        yield


class Defaults:
    def execute(self, a=Colour.BLUE, b: int = None, c=float("nan"), d=print, e=(1, [2]), f="x" * 2000):
        pass


class Open:
    def execute(self, *args, **kwargs):
        return sorted(sys.modules)


class OpenStream:
    def execute(self, a: int):
        pass

    def execute_stream(self, *args, **kwargs):
        yield


class NoFunction:
    execute = functools.partial(print)

    def execute_stream(self, b: int):
        yield


class Raising:
    def execute(self, a: int):
        pass

    @property
    def execute_stream(self):
        raise ValueError("not now")


class Deep:
    hint = int
    for _ in range(100):
        hint = List[hint]

    def execute(self, a: hint, b: int):
        pass

    def execute_stream(self, *, b: Tuple[(int,) * 3000]):
        yield
