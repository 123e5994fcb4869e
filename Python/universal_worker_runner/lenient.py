"""What the original's FastAPI, that is pydantic, makes of values that JSON lacks.

The original lets it encode /config_schema, /health and /progress; results and lines it never sees.
"""

import sys
from _collections_abc import Iterator, Mapping

from . import encoding

# Each only counts if its module has been imported: code that made such a value has done that.
KINDS = (
    ("enum", "Enum", lambda value: value.value),
    ("collections", "deque", list),
    ("pathlib", "PurePath", str),
    ("decimal", "Decimal", str),
    ("fractions", "Fraction", str),
    ("uuid", "UUID", str),
    ("re", "Pattern", lambda value: str(value.pattern)),
    ("ipaddress", "_IPAddressBase", str),
    ("datetime", "timedelta", lambda value: duration(value)),
)


def duration(value):
    """A timedelta in ISO 8601."""
    sign = "-" if value.days < 0 else ""
    value = abs(value)
    years, days = divmod(value.days, 365)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if value.microseconds:
        seconds = ("%d.%06d" % (seconds, value.microseconds)).rstrip("0")
    date = [(years, "Y"), (days, "D")]
    time = [(hours, "H"), (minutes, "M"), (seconds, "S")]
    date, time = ("".join("%s%s" % part for part in parts if part[0]) for parts in (date, time))
    return "%sP%s%s" % (sign, date, "T" + time if time else "" if date else "T0S")


def convert(value):
    """The value in a form that is nearer to JSON."""
    if isinstance(value, (set, frozenset, Iterator)):
        return list(value)
    if isinstance(value, (bytes, bytearray)):
        return value.decode()
    if isinstance(value, complex):
        return str(value).strip("()")
    if hasattr(value, "isoformat"):  # date, time, datetime
        text = value.isoformat()
        return text[:-6] + "Z" if text.endswith("+00:00") else text
    for module, name, form in KINDS:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(value, kind):
            return form(value)
    return encoding.default(value)


def plain(value):
    """The value as what json.dumps knows, keys included."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict):
        return {key_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return plain(convert(value))


def key_text(key):
    """A key as what json.dumps takes for one."""
    if key is None:
        return "None"
    if isinstance(key, tuple):
        return ",".join(str(key_text(part)) for part in key)
    return plain(key)


def document(value, method):
    """What the original returns as `Dict[str, Any]`, as JSON: an object, whose own keys are strings."""
    if not isinstance(value, Mapping):
        raise TypeError("%s returned %s, not dict" % (method, type(value).__name__))
    enum = getattr(sys.modules.get("enum"), "Enum", str)
    for key in value:
        if not isinstance(key, (str, bytes, enum)):
            raise TypeError("%s: keys must be str, not %s" % (method, type(key).__name__))
    return encoding.without_nan(encoding.loose(plain(dict(value))))
