"""A plugin whose signatures say what it takes; it trusts them, so what they rule out may be a TypeError."""

import enum
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple, Union


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: float
    y: float = 0.0


def shown(value):
    return value if isinstance(value, bool) or value is None else str(value)


class Typed:
    name = "Typed"
    version = "1.0"

    def initialize(self, config):
        pass

    def execute(
        self,
        text: str,
        count: int = 1,
        *more: bool,
        point: Optional[Point] = None,
        colour: Colour,
        pairs: List[Tuple[int, str]] = [],
        table: Dict[str, Union[int, None]] = {},
    ):
        """Checks what it is given.

        Args:
            text: What is repeated.
            count: How often.
        """
        assert type(text) is str and int(count) == count and all(type(one) is bool for one in more)
        assert point is None or isinstance(Point(float(point["x"]), float(point.get("y", 0))), Point)
        assert all(int(number) == number and type(word) is str for number, word in pairs)
        assert all(number is None or int(number) == number for number in table.values())
        return [text, Colour(colour).value]

    def execute_stream(self, items: List[str], /, *, last: str = ""):
        """Gives back its items."""
        for item in [*items, last]:
            assert type(item) is str
            yield item
