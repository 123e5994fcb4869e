"""The plugin of the compatibility checks for the original worker; plugin.c does the same natively."""

import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

CONSTANTS: dict[str, Any] = {
    "null": None,
    "true": True,
    "false": False,
    "zero": 0,
    "minus": -17,
    "big": 123456789012345678901234567890,
    "float": 0.1,
    "small": 5e-324,
    "integral": 3.0,
    "string": "plain",
    "empty_string": "",
    "unicode": 'ä€🐙\0"\\',
    "separators": "a\u2028b\u2029c\u0085d\n\r\v\fe",
    "empty_array": [],
    "empty_object": {},
    "nested": {"a": [1, {"b": [[], {}]}]},
    "order": {"z": 1, "a": 2, "m": 3},
    "pretty": {"a": [1, 2], "b": "x"},
    "error_shape": {"error": "not one"},
    "detail_shape": {"detail": "not one"},
}
SCHEMA = {
    "type": "object",
    "title": "Größe",
    "properties": {"size": {"type": "integer", "default": 3, "minimum": -1e-2}},
}


class Bare:
    """Nothing but execute: no name, initialize, config, stream, cancel, progress or cleanup."""

    _cancelled = False
    _cleanups = 0

    def execute(self, /, *args: Any, **kwargs: Any) -> Any:
        wanted = kwargs.get("do", "echo")
        behaviour: Callable[..., Any] | None = None
        if isinstance(wanted, str):
            behaviour = getattr(self, "do_" + wanted, None)
        if behaviour is None:
            return {"args": list(args), "kwargs": kwargs}
        return behaviour(**{key: value for key, value in kwargs.items() if key != "do"})

    def do_value(self, value: Any = None) -> Any:
        return value

    def do_constant(self, value: str) -> Any:
        return CONSTANTS[value]

    def do_fail(self, message: str | None = None, **_: Any) -> Any:
        raise RuntimeError() if message is None else RuntimeError(message)

    do_return_status = do_fail

    def _wait(self, ms: int) -> None:
        end = time.monotonic() + ms / 1000
        while time.monotonic() < end:
            if self._cancelled:
                raise RuntimeError("cancelled")
            time.sleep(0.002)

    def do_sleep(self, ms: int = 0) -> str:
        self._cancelled = False
        self._wait(ms)
        return "done"

    def do_spin(self, ms: int = 0) -> str:
        end = time.monotonic() + ms / 1000
        while time.monotonic() < end:
            pass
        return "done"

    def do_progress(self, fraction: float = 0.0, message: str = "") -> int:
        if fraction != -1 and not 0 <= fraction <= 1:
            return 33  # the native worker's "invalid data"
        self._progress, self._status_message = fraction, message
        return 0

    def do_configure(self, value: Any) -> bool:
        self._config = value
        return True

    def do_child(self) -> int:
        return subprocess.Popen(["sleep", "300"]).pid

    def do_print(self, value: str) -> None:
        print(value)

    def do_cleanups(self) -> int:
        return self._cleanups

    def do_big_list(self, value: int) -> list[dict[str, Any]]:
        return [{"i": i, "s": f"item {i}", "f": i + 0.5} for i in range(value)]

    def do_big_string(self, value: int) -> str:
        return "x" * value

    def do_not_json(self) -> Any:
        return object()

    do_not_utf8 = do_two_values = do_not_json

    def do_wrong_call(self) -> int:
        return 34  # what the native worker tells a plugin that emits outside a stream

    def do_stale(self) -> int:
        return 32


class Polling(Bare):
    name = "Polling"

    def cancel(self) -> None:
        self._cancelled = True


class Stubborn(Bare):
    name = "Stubborn"
    version = "1.2.3"
    _config: Any = ...

    def initialize(self, config: Any) -> None:
        if isinstance(config, dict) and "refuse" in config:
            raise ValueError(config["refuse"])
        self._config = config

    def get_config_schema(self) -> dict[str, Any]:
        return SCHEMA

    def get_current_config(self) -> dict[str, Any]:
        return {} if self._config is ... else {"config": self._config}

    def cancel(self) -> None:
        raise RuntimeError("cannot stop — busy")

    def cleanup(self) -> None:
        raise RuntimeError('cannot clean "up"')


class Echo(Stubborn):
    name = "Echo"

    def cancel(self) -> None:
        self._cancelled = True

    def cleanup(self) -> None:
        self._cleanups += 1

    def execute_stream(self, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        match kwargs.get("do"):
            case "items":
                yield from self._items(**kwargs)
            case "count":
                yield from self._count(**kwargs)
            case _:
                yield self.execute(*args, **kwargs)

    def _items(self, items: list[Any], fail_after: int = -1, message: str = "", **_: Any) -> Iterator[Any]:
        for sent, item in enumerate(items):
            if sent == fail_after:
                raise RuntimeError(message)
            yield item
        if len(items) == fail_after:
            raise RuntimeError(message)

    def _count(self, count: int, ms: int = 0, **_: Any) -> Iterator[int]:
        self._cancelled = False
        for i in range(count):
            self.do_progress((i + 1) / count, str(i))
            yield i
            self._wait(ms)


class Later(Echo):
    """Natively, its calls finish on threads of their own."""

    name = "Later"


class Broken(Bare):
    def __init__(self) -> None:
        raise RuntimeError("no such luck")
