"""JSON in and out, as the original's encoder has it."""

import json
import sys

from .stdio import complain

raw_decode = json.JSONDecoder().raw_decode


def decode(payload):
    """The value of a text that the daemon has validated, without white space before it."""
    return raw_decode(payload.decode())[0]


def default(value):
    """Dataclasses become objects; everything else that JSON lacks is the original's TypeError."""
    dataclasses = sys.modules.get(
        "dataclasses"
    )  # who made one has imported it; the import costs 25 ms
    if dataclasses and dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError("Object of type %s is not JSON serializable" % value.__class__.__name__)


def lenient(value):
    """What FastAPI makes of a schema's values beyond that: the original lets it encode /config_schema."""
    if isinstance(value, (set, frozenset)) or hasattr(value, "__next__"):
        return list(value)
    if isinstance(value, (bytes, bytearray)):
        return value.decode()
    if hasattr(value, "isoformat"):  # date, time, datetime
        return value.isoformat()
    kinds = [("enum", "Enum"), ("pathlib", "PurePath"), ("decimal", "Decimal"), ("uuid", "UUID")]
    for module, name in kinds:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(value, kind):
            return value.value if name == "Enum" else str(value)
    return default(value)


def anything(value):
    """For what must never fail: a name, a version, progress."""
    try:
        return lenient(value)
    except Exception:
        return str(value)


COMPACT = (",", ":")
strict = json.JSONEncoder(separators=COMPACT, allow_nan=False, default=default).encode
loose = json.JSONEncoder(separators=COMPACT, default=default).encode
schema_encode = json.JSONEncoder(separators=COMPACT, default=lenient).encode
any_encode = json.JSONEncoder(separators=COMPACT, default=anything).encode
_with_nulls = json.JSONDecoder(parse_constant=lambda name: None)

_told = False


def result(value):
    """A value as JSON, NaN and Infinity as null: the original's answer to /execute and /config."""
    try:
        return strict(value).encode("ascii")
    except ValueError as error:
        failure = error
    text = loose(value)  # raises again if it was another failure, such as a circle
    _tell(failure)
    return without_nan(text)


def without_nan(text):
    """A text that json.dumps has made, with null for NaN and Infinity."""
    if "N" in text or "Infinity" in text:  # perhaps only in a string
        text = strict(_with_nulls.decode(text))
    return text.encode("ascii")


def _tell(failure):
    global _told
    if not _told:
        _told = True
        complain("universal-worker: %s: clients get null instead\n" % failure)
