"""Calls through the original's proxy: values, errors, streams, configuration."""

import asyncio
import json
from pathlib import Path
from typing import Any

from hosting import Bench, check, raised, same
from reference_plugin import CONSTANTS, SCHEMA

VALUES: list[Any] = [
    *CONSTANTS.values(),
    -0.0,
    1e300,
    2**63,
    -(2**200),
    "\ud7ff\ue000",
    "x" * 100_000,
    [[[[]]]],
    {"": {"": ""}},
    {"ä": "€", "🐙": [None, True, 0, 0.0]},
    list(range(1000)),
    '\u2028\u2029\u0085\x00\x1f\x7f\\"/',
]


@check("initialize, then the config is in force")
def initialize(bench: Bench) -> None:
    with bench.host() as proxy:
        same(proxy.get_current_config(), {})
        proxy.initialize({"size": 3, "ä": ["€", None]})
        same(proxy.get_current_config(), {"config": {"size": 3, "ä": ["€", None]}})
        proxy.initialize()
        same(proxy.get_current_config(), {"config": {}})


@check("initialize refused: RuntimeError with the text, the former config stays")
def initialize_refused(bench: Bench) -> None:
    with bench.host() as proxy:
        proxy.initialize({"a": 1})
        text = raised(RuntimeError, lambda: proxy.initialize({"refuse": 'nein: "ä"\n'}))
        same(json.loads(text.removeprefix("Initialize failed: ")), {"detail": 'nein: "ä"\n'})
        same(proxy.get_current_config(), {"config": {"a": 1}})


@check("config schema")
def schema(bench: Bench) -> None:
    with bench.host() as proxy:
        same(proxy.get_config_schema(), SCHEMA)


@check("values of every type come back equal, positional and by keyword")
def values(bench: Bench) -> str:
    with bench.host() as proxy:
        for value in VALUES:
            same(proxy.execute(value, key=value), {"args": [value], "kwargs": {"key": value}})
            same(proxy.execute(do="value", value=value), value)
        same(proxy.execute(), {"args": [], "kwargs": {}})
        same(
            proxy.execute(1, "zwei", [3], vier=4, fünf={"6": 7}),
            {"args": [1, "zwei", [3]], "kwargs": {"vier": 4, "fünf": {"6": 7}}},
        )
    return f"{len(VALUES)} values"


@check("constants of the plugin's own")
def constants(bench: Bench) -> None:
    with bench.host() as proxy:
        for name, value in CONSTANTS.items():
            same(proxy.execute(do="constant", value=name), value)


@check("a path and an object that saves itself arrive as paths")
def inputs(bench: Bench) -> None:
    class Saved:
        def to_temp_file(self) -> str:
            return "/tmp/saved ä"

    with bench.host() as proxy:
        same(
            proxy.execute(Path("/a b"), saved=Saved()),
            {"args": ["/a b"], "kwargs": {"saved": "/tmp/saved ä"}},
        )


@check("an error of the plugin: RuntimeError with its text, and the worker lives on")
def errors(bench: Bench) -> None:
    with bench.host() as proxy:
        for message in ("it broke", "äöü €🐙", 'one\ntwo "quoted" \\', "x" * 50_000):
            text = raised(RuntimeError, lambda message=message: proxy.execute(do="fail", message=message))
            same(json.loads(text.removeprefix("Execute failed: ")), {"detail": message})
        same(proxy.execute(do="value", value=1), 1)


@check("a string of 10 MB, there and back")
def big_string(bench: Bench) -> None:
    text = 'äö€ "\\\n🐙abc' * 500_000
    with bench.host() as proxy:
        same(proxy.execute(do="value", value=text), text)


@check("10 MB of objects, there and back")
def big_objects(bench: Bench) -> None:
    objects = [{"i": i, "s": f"item {i}", "f": i / 7, "l": [None, True, -i]} for i in range(150_000)]
    with bench.host() as proxy:
        same(proxy.execute(do="value", value=objects), objects)


@check("10 MB that the plugin makes")
def big_results(bench: Bench) -> None:
    with bench.host() as proxy:
        same(proxy.execute(do="big_string", value=10_000_000), "x" * 10_000_000)
        same(len(proxy.execute(do="big_list", value=200_000)), 200_000)


@check("execute_async, many at once")
def asynchronous(bench: Bench) -> None:
    async def many() -> list[Any]:
        return await asyncio.gather(*(proxy.execute_async(i, double=2 * i) for i in range(50)))

    async def failing() -> Any:
        return await proxy.execute_async(do="fail", message="async ä")

    with bench.host() as proxy:
        same(asyncio.run(many()), [{"args": [i], "kwargs": {"double": 2 * i}} for i in range(50)])
        same(
            json.loads(raised(RuntimeError, lambda: asyncio.run(failing())).removeprefix("Execute failed: ")),
            {"detail": "async ä"},
        )


@check("a plugin that finishes on threads of its own")
def later(bench: Bench) -> None:
    async def many() -> list[Any]:
        return await asyncio.gather(*(proxy.execute_async(do="sleep", ms=20) for _ in range(12)))

    with bench.host("Later") as proxy:
        same(proxy.execute(1), {"args": [1], "kwargs": {}})
        same(asyncio.run(many()), ["done"] * 12)
        same(collect(proxy, do="count", count=5), [0, 1, 2, 3, 4])


def collect(proxy: Any, *args: Any, **kwargs: Any) -> list[Any]:
    async def run() -> list[Any]:
        return [item async for item in proxy.execute_stream(*args, **kwargs)]

    return asyncio.run(run())


@check("streams: every item, in order, one line each")
def streams(bench: Bench) -> None:
    with bench.host() as proxy:
        same(collect(proxy, do="items", items=VALUES), VALUES)
        same(collect(proxy, do="items", items=[]), [])
        same(collect(proxy, do="count", count=20_000), list(range(20_000)))
        same(collect(proxy, 1, a=2), [{"args": [1], "kwargs": {"a": 2}}])
        same(collect(proxy, do="items", items=["y" * 3_000_000] * 3), ["y" * 3_000_000] * 3)


@check("streams: an error is the last line")
def stream_errors(bench: Bench) -> None:
    with bench.host() as proxy:
        same(collect(proxy, do="items", items=[1, 2], fail_after=1, message="ä\n"), [1, {"error": "ä\n"}])
        same(collect(proxy, do="fail", message="at once"), [{"error": "at once"}])


@check("streams: items arrive when they are emitted, not at the end")
def stream_is_live(bench: Bench) -> str:
    async def first() -> float:
        loop = asyncio.get_running_loop()
        start = loop.time()
        taken = [loop.time() - start async for _ in proxy.execute_stream(do="count", count=10, ms=200)]
        assert taken[-1] - taken[0] > 0.6, f"they came together: {taken}"
        return taken[0]

    with bench.host() as proxy:
        taken = asyncio.run(first())
    return f"first item after {taken * 1000:.0f} ms"


@check("a plugin with execute alone: everything optional answers")
def bare(bench: Bench) -> None:
    with bench.host("Bare") as proxy:
        same(proxy.execute(1), {"args": [1], "kwargs": {}})
        same(collect(proxy, 1), [{"args": [1], "kwargs": {}}])
        same(proxy.get_config_schema(), {})
        same(proxy.get_current_config(), {})
        same(proxy.get_progress(), {"progress": 0.0, "message": ""})
        same(proxy.cancel(), True)


@check("what a plugin prints is in the log, whole and once", better=True)
def log(bench: Bench) -> None:
    with bench.host("Echo", name="printing") as proxy:
        proxy.execute(do="print", value="printed: ä €")
        path = proxy.log_path
    assert path.read_text().count("printed: ä €") == 1, f"the log holds {path.read_text()!r}"
