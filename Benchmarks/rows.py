"""What the measurements become: rows of a table, with the targets they are held against."""

import operator
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from servers import FLOOR, ORIGINAL, WORKER

COMPARISONS: dict[str, Callable[[float, float], bool]] = {"≥": operator.ge, "≤": operator.le, "<": operator.lt}
SUBJECTS = {FLOOR: "/floor", ORIGINAL: "×orig", WORKER: ""}


@dataclass(frozen=True)
class Target:
    """A bound on the worker's value, on its ratio to the floor, or on how many times better it is
    than the original."""

    subject: str
    comparison: str
    limit: float
    aim: float | None = None

    def text(self, value: float | None) -> str:
        aim = f" (aim {self.aim:g})" if self.aim is not None else ""
        bound = f"«{SUBJECTS[self.subject]} {self.comparison} {self.limit:g}{aim}»".replace("« ", "«")
        return f"{bound} {self.verdict(value)}"

    def verdict(self, value: float | None) -> str:
        if value is None:
            return "not measured"
        return "met" if COMPARISONS[self.comparison](value, self.limit) else "NOT MET"


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

    @property
    def of_floor(self) -> float | None:
        """worker/floor: the median of the rounds' ratios, so that noise common to both drops out."""
        pairs = zip(self.rounds.get(WORKER, []), self.rounds.get(FLOOR, []), strict=False)
        ratios = [worker / floor for worker, floor in pairs if floor]
        return statistics.median(ratios) if ratios else None

    @property
    def times_original(self) -> float | None:
        """How many times better than the original the worker is."""
        worker, original = self.median(WORKER), self.median(ORIGINAL)
        if not worker or not original:
            return None
        return worker / original if self.more_is_better else original / worker

    def measured(self, subject: str) -> float | None:
        match subject:
            case "floor":
                return self.of_floor
            case "original":
                return self.times_original
            case _:
                return self.median(WORKER)

    def json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "unit": self.unit,
            "medians": {kind: self.median(kind) for kind in self.rounds},
            "worker_over_floor": self.of_floor,
            "times_better_than_original": self.times_original,
            "targets": [
                {
                    "of": target.subject,
                    "comparison": target.comparison,
                    "limit": target.limit,
                    "aim": target.aim,
                    "measured": self.measured(target.subject),
                    "verdict": target.verdict(self.measured(target.subject)),
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


HEAD = ["", "unit", "worker", "floor", "original", "/floor", "×orig", "target"]


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
                    *(number(row.median(kind)) for kind in (WORKER, FLOOR, ORIGINAL)),
                    number(row.of_floor),
                    number(row.times_original),
                    ", ".join(target.text(row.measured(target.subject)) for target in row.targets),
                ]
            )
        if section.note:
            lines.append(["  " + section.note])
    full = [line for line in lines if len(line) > 1]
    widths = [max(len(line[column]) for line in full) for column in range(len(HEAD))]
    shown = []
    for line in lines:
        cells = [
            cell.rjust(width) if 2 <= column <= 6 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=False))
        ]
        shown.append("  ".join(cells).rstrip())
    return "\n".join(shown)


def verdicts(sections: Sequence[Section]) -> str:
    found = [
        target.verdict(row.measured(target.subject))
        for section in sections
        for row in section.rows
        for target in row.targets
    ]
    return f"targets: {found.count('met')} met, {found.count('NOT MET')} not met, {found.count('not measured')} not measured"
