"""The plugins of the benchmarks for the original worker; Examples/Echo and busy.c are the native ones."""

import time
from collections.abc import Iterator
from typing import Any


class Echo:
    name = "Echo"
    version = "1.0"

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        return {"args": args, "kwargs": kwargs}

    def execute_stream(self, *_: Any, count: int = 0) -> Iterator[Any]:
        for i in range(count):
            yield {"i": i}


class Block:
    name = "Block"
    version = "1.0"

    def execute(self, ms: int = 0) -> str:
        time.sleep(ms / 1000)
        return "done"


class Burn:
    """Has no cancel: only force ends it."""

    name = "Burn"
    version = "1.0"

    def execute(self, ms: int = 0) -> str:
        end = time.monotonic() + ms / 1000
        while time.monotonic() < end:
            pass
        return "done"
