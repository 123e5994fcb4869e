"""What the measurements become: rows of a table, with the targets they are held against."""

import operator
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from servers import FLOOR, ORIGINAL, STRICT, WORKER

COMPARISONS: dict[str, Callable[[float, float], bool]] = {"≥": operator.ge, "≤": operator.le, "<": operator.lt}
SUBJECTS = {FLOOR: "/floor", STRICT: "/strict", ORIGINAL: "×orig", WORKER: ""}
OPEN = "open"


@dataclass(frozen=True)
class Target:
    """A bound on the worker's value, on its ratio to the floor, or on how many times better it is
    than the original."""

    subject: str
    comparison: str
    limit: float
    aim: float | None = None

    def text(self, spread: "Spread | None") -> str:
        aim = f" (aim {self.aim:g})" if self.aim is not None else ""
        bound = f"«{SUBJECTS[self.subject]} {self.comparison} {self.limit:g}{aim}»".replace("« ", "«")
        return f"{bound} {self.verdict(spread)}"

    def verdict(self, spread: "Spread | None") -> str:
        """Open, if the bound lies between the quartiles: another run may say otherwise."""
        if spread is None:
            return "not measured"
        held = {COMPARISONS[self.comparison](value, self.limit) for value in (spread.first, spread.third)}
        return OPEN if len(held) == 2 else "met" if held.pop() else "NOT MET"


@dataclass(frozen=True)
class Spread:
    """The quartiles of what the rounds gave."""

    first: float
    median: float
    third: float

    @staticmethod
    def of(values: Sequence[float]) -> "Spread | None":
        if len(values) < 2:
            return Spread(values[0], values[0], values[0]) if values else None
        return Spread(*statistics.quantiles(values, n=4, method="inclusive"))

    def text(self) -> str:
        if self.first == self.third:
            return number(self.median)
        return f"{number(self.median)} [{number(self.first)}-{number(self.third)}]"


@dataclass
class Row:
    """One quantity, measured once a round and server; rounds of equal index ran side by side."""

    label: str
    unit: str
    more_is_better: bool = False
    targets: Sequence[Target] = ()
    rounds: dict[str, list[float]] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

    def add(self, kind: str, *values: float) -> None:
        self.rounds.setdefault(kind, []).extend(values)

    def median(self, kind: str) -> float | None:
        values = self.rounds.get(kind)
        return statistics.median(values) if values else None

    def ratios(self, kind: str) -> list[float]:
        """The worker's to another's, of rounds that ran side by side, so that noise common to both drops
        out; how many times better the worker is, if that is the original."""
        pairs = zip(self.rounds.get(WORKER, []), self.rounds.get(kind, []), strict=False)
        is_inverse = kind == ORIGINAL and not self.more_is_better
        return [other / worker if is_inverse else worker / other for worker, other in pairs if worker and other]

    def spread(self, subject: str) -> Spread | None:
        """What a target of that subject is held against."""
        return Spread.of(self.rounds.get(WORKER, []) if subject == WORKER else self.ratios(subject))

    def json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "unit": self.unit,
            "medians": {kind: self.median(kind) for kind in self.rounds},
            "ratios": {
                SUBJECTS[kind]: vars(spread) for kind in (FLOOR, STRICT, ORIGINAL) if (spread := self.spread(kind))
            },
            "targets": [
                {
                    "of": target.subject,
                    "comparison": target.comparison,
                    "limit": target.limit,
                    "aim": target.aim,
                    "verdict": target.verdict(self.spread(target.subject)),
                }
                for target in self.targets
            ],
            "rounds": self.rounds,
            **({"details": self.details} if self.details else {}),
        }


@dataclass
class Section:
    title: str
    rows: list[Row]
    note: str = ""


def number(value: float | None) -> str:
    if value is None:
        return "–"
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f}"


VALUES, RATIOS = (WORKER, FLOOR, STRICT, ORIGINAL), (FLOOR, STRICT, ORIGINAL)
HEAD = ["", "unit", *VALUES, *(SUBJECTS[kind] for kind in RATIOS), "target"]
NUMBERS = range(2, 2 + len(VALUES) + len(RATIOS))


def table(sections: Sequence[Section]) -> str:
    """All rows, aligned: numbers to the right, words to the left."""
    lines: list[list[str]] = [HEAD]
    for section in sections:
        lines.append([section.title.upper()])
        for row in section.rows:
            lines.append(
                [
                    "  " + row.label,
                    row.unit,
                    *(number(row.median(kind)) for kind in VALUES),
                    *(spread.text() if (spread := row.spread(kind)) else "–" for kind in RATIOS),
                    ", ".join(target.text(row.spread(target.subject)) for target in row.targets),
                ]
            )
        if section.note:
            lines.append(["  " + section.note])
    full = [line for line in lines if len(line) > 1]
    widths = [max(len(line[column]) for line in full) for column in range(len(HEAD))]
    shown = []
    for line in lines:
        cells = [
            cell.rjust(width) if column in NUMBERS else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=False))
        ]
        shown.append("  ".join(cells).rstrip())
    return "\n".join(shown)


def verdicts(sections: Sequence[Section]) -> str:
    found = [
        target.verdict(row.spread(target.subject))
        for section in sections
        for row in section.rows
        for target in row.targets
    ]
    counts = (f"{found.count(verdict)} {verdict.lower()}" for verdict in ("met", "NOT MET", OPEN, "not measured"))
    return "targets: " + ", ".join(counts)
