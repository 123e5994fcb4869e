"""Short ways to write cases down."""

import json
from typing import Any

from model import ANY, AS_NATIVE, DETAIL, Case, Difference, Want
from wire import request

GETS = ("/health", "/stats", "/config_schema", "/config", "/progress")
POSTS = ("/initialize", "/execute", "/execute_stream", "/cancel", "/cleanup")

# Allowed differences. Each says where contract.md allows it, and holds the native answer.
BAD_BODY = Difference("Better 7: a body that is no call is named as such", (Want(400),))
PLUGIN_ERROR_KEEPS_CONNECTION = "Better 8: errors keep the connection"
OVER_LIMIT = "Better 8, Decided: numbers and depth that Python chokes on reach the plugin"


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def call(*args: Any, **kwargs: Any) -> bytes:
    """The body of an execute, as a host writes it."""
    return dumps({"args": list(args), "kwargs": kwargs})


def echoed(args: Any = (), kwargs: Any = None) -> dict[str, Any]:
    return {"args": list(args), "kwargs": kwargs or {}}


def get(
    name: str,
    target: str,
    *headers: str,
    differs: Difference | None = None,
    plugin: str = "Echo",
    python: Difference | None = AS_NATIVE,
    **more: Any,
) -> Case:
    data = request("GET", target, None, *headers, **more)
    return Case(name, (data,), ("GET",), differs, plugin=plugin, python=python)


def post(
    name: str,
    target: str,
    body: bytes | None,
    *headers: str,
    differs: Difference | None = None,
    end: str = "complete",
    plugin: str = "Echo",
    python: Difference | None = AS_NATIVE,
    **more: Any,
) -> Case:
    if not headers:
        headers = ("Content-Type: application/json",)
    data = request("POST", target, body, *headers, **more)
    return Case(name, (data,), ("POST",), differs, end, plugin, python)


def execute(
    name: str,
    *args: Any,
    differs: Difference | None = None,
    plugin: str = "Echo",
    python: Difference | None = AS_NATIVE,
    **kwargs: Any,
) -> Case:
    return post(name, "/execute", call(*args, **kwargs), differs=differs, plugin=plugin, python=python)


def stream(
    name: str,
    *args: Any,
    differs: Difference | None = None,
    end: str = "complete",
    plugin: str = "Echo",
    python: Difference | None = AS_NATIVE,
    **kwargs: Any,
) -> Case:
    body = call(*args, **kwargs)
    return post(name, "/execute_stream", body, differs=differs, end=end, plugin=plugin, python=python)


def closes(why: str, status: int = 400, body: Any = ANY) -> Difference:
    """The worker (or libmicrohttpd) refuses the message and closes."""
    return Difference(why, (Want(status, body),), "closed")


def instead(why: str, status: int, body: Any = DETAIL, after: str | None = "open", **more: Any) -> Difference:
    return Difference(why, (Want(status, body, **more),), after)


def instead_lines(why: str, lines: Any) -> Difference:
    return Difference(why, (Want(200, None, "application/x-ndjson", lines=lines),))
