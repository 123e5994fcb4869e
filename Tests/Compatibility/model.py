"""Cases, what was observed of them, and what may differ between the original and our worker."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wire import Answer, Closed, Connection

JSON_TYPE = "application/json"
STREAM_TYPE = "application/x-ndjson"
DIGEST_FROM = 400  # longer canonical bodies are kept as digest and length

Observation = dict[str, Any]  # {"answers": [...], "after": "open" | "closed"}


class Matcher:
    """A body of which only the form is laid down."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


DETAIL = Matcher("{detail: text}")  # the wording of the worker's own errors is free
ANY_STRING_DETAIL = Matcher("{detail: text or nothing}")
ERROR_LINE = Matcher("[..., {error: text}]")
ANY = Matcher("anything")  # error pages of libmicrohttpd


@dataclass(frozen=True)
class Want:
    """One answer that our worker has to give instead of the original's."""

    status: int
    body: Any = DETAIL
    type: str | None = JSON_TYPE
    allow: tuple[str, ...] | None = None
    lines: Any = None  # of a stream, in place of body
    retry_after: bool = False
    interim: int = 0


@dataclass(frozen=True)
class Difference:
    """An allowed difference: why, and exactly what our worker answers.

    `after` None: as the original; "either": open or closed.
    """

    why: str
    wants: tuple[Want, ...]
    after: str | None = "open"


AS_NATIVE = Difference("", ())
REFERENCE = "reference_plugin"


@dataclass(frozen=True)
class Case:
    name: str
    pieces: tuple[bytes, ...]
    methods: tuple[str, ...] = ("POST",)
    differs: Difference | None = None  # with the plugin in C
    end: str = "complete"  # X-Stream-End of the streams in it
    plugin: str = "Echo"
    python: Difference | None = AS_NATIVE  # with the plugin in Python; as in C unless said otherwise
    module: str = REFERENCE  # another one has no counterpart in C

    def digest(self) -> str:
        """Names the bytes sent, so that a recording of other bytes is recognised."""
        return hashlib.sha256(b"\0".join(self.pieces)).hexdigest()[:12]


def canonical(value: Any) -> str:
    """The meaning of a JSON value as text: key order, number types and big integers count."""
    return json.dumps(value, separators=(",", ":"))


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def parse(text: bytes | str, constant: Callable[[str], Any] = _refuse_constant) -> Any:
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    return json.loads(text, parse_constant=constant)


def raw(name: str) -> str:
    """What NaN, Infinity and -Infinity in a line are taken for: 1e400 is another thing."""
    return f"raw {name}"


def _mask(value: Any, pid: int) -> Any:
    """Takes out what differs between two runs, and the keys that may follow in /health."""
    if not isinstance(value, dict):
        return value
    keys = list(value)
    if keys[:4] == ["status", "pid", "name", "version"]:
        value = {key: value[key] for key in keys[:4]}
    elif keys == ["pid", "cpu_percent", "memory_rss_mb"]:
        for key in keys[1:]:
            good = type(value[key]) in (int, float) and value[key] >= 0
            value = {**value, key: "number" if good else value[key]}
    else:
        return value
    return {**value, "pid": "the worker's" if value["pid"] == pid else value["pid"]}


def shortened(text: str) -> str:
    if len(text) < DIGEST_FROM:
        return text
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:32]}:{len(text)}"


def stream_lines(body: bytes) -> list[Any]:
    """As httpx's aiter_lines does it: str.splitlines, which knows ten line ends."""
    text = body.decode("utf-8")
    if text and not text.endswith("\n"):
        raise ValueError("the last line has no end")
    lines = text.splitlines()
    if "\n".join(lines) + "\n" != text and text:
        raise ValueError("a line holds a raw line separator other than its LF")
    return [parse(line, raw) for line in lines]


def describe(answer: Answer, pid: int) -> Observation:
    """An answer in comparable form."""
    media = (answer.header("content-type") or "").split(";")[0].strip().lower() or None
    seen: Observation = {"status": answer.status, "type": media, "framing": answer.framing}
    try:
        if media == STREAM_TYPE:
            seen["lines"] = shortened(canonical(stream_lines(answer.body)))
        elif media == JSON_TYPE and answer.framing != "none":
            seen["body"] = shortened(canonical(_mask(parse(answer.body), pid)))
        else:
            seen["text"] = shortened(answer.body.decode("utf-8", "backslashreplace"))
    except ValueError as error:
        seen["malformed"] = f"{error}: {answer.body[:200]!r}"
    if allow := answer.header("allow"):
        seen["allow"] = sorted(part.strip() for part in allow.split(","))
    if answer.interim:
        seen["interim"] = answer.interim
    if answer.header("retry-after"):
        seen["retry_after"] = True
    for name, value in answer.trailers:
        if name == "x-stream-end":
            announced = "x-stream-end" in (answer.header("trailer") or "").lower()
            seen["end"] = value if announced else f"{value}, not announced"
    return seen


def observe(case: Case, port: int, pid: int) -> Observation:
    """Puts a case to a worker."""
    answers: list[Observation] = []
    with Connection(port) as connection:
        closing = False
        try:
            connection.send(*case.pieces)
            for method in case.methods:
                answer = connection.read(method)
                answers.append(describe(answer, pid))
                closing = answer.says_close() or answer.framing == "eof"
                if closing:
                    break
        except Closed:
            return {"answers": answers, "after": "closed"}
        except TimeoutError:
            return {"answers": answers, "after": "silent"}
        except ValueError as error:
            return {"answers": answers, "after": f"not HTTP: {error}"}
        if closing:
            return {"answers": answers, "after": "closed" if connection.ends() else "says close, stays open"}
        return {"answers": answers, "after": "open" if connection.is_open() else "closed"}
