from __future__ import annotations

import sys

ran = []


class Later:
    def execute(self, a: int, b: str | None, c: Missing, d: ran.append(1), *, e: dict = {}):  # noqa: B006, F821
        return [sorted(sys.modules), ran]
