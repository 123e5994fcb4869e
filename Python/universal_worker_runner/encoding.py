"""JSON in and out, as the original's encoder has it."""

import gc
import json
import sys
from threading import Lock

from .stdio import complain

try:
    from _json import encode_basestring_ascii, make_encoder
except ImportError:  # PyPy
    make_encoder = None

raw_decode = json.JSONDecoder().raw_decode
LARGE = 65536  # bytes of a text


class Pause:
    """No garbage collection while a large text is decoded: nothing of it can be garbage yet, and each
    collection would look at all of it again. Threads may be in it together; the last one out restores
    what the plugin had set."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.lock = Lock()
        self.inside = 0
        self.enabled = False

    def __enter__(self):
        with self.lock:
            if not self.inside:
                self.enabled = gc.isenabled()
                gc.disable()
            self.inside += 1

    def __exit__(self, *_):
        with self.lock:
            self.inside -= 1
            if not self.inside and self.enabled:
                gc.enable()

    def in_copy(self):
        """A copy that plugin code has forked has none of the other threads, which might be in it."""
        if self.inside and self.enabled:
            gc.enable()
        self.reset()


pause = Pause()


def decode(payload):
    """The value of a text that the daemon has validated."""
    if len(payload) < LARGE:
        return decode_now(payload)
    with pause:
        return decode_now(payload)


def decode_now(payload):
    text = payload.decode().lstrip("\ufeff \t\r\n")
    try:
        return raw_decode(text)[0]
    except RecursionError:
        return deeper(raw_decode, text)[0]


def deeper(function, value):
    """Calls what recurses once for each level of JSON, of which there may be 1,000: so many more than
    Python allows as our own functions take up."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 40)
    try:
        return function(value)
    finally:
        sys.setrecursionlimit(limit)


def default(value):
    """Dataclasses become objects; everything else that JSON lacks is the original's TypeError."""
    dataclasses = sys.modules.get(
        "dataclasses"
    )  # who made one has imported it; the import costs 25 ms
    if dataclasses and dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError("Object of type %s is not JSON serializable" % value.__class__.__name__)


def anything(value):
    """For what must never fail: a name, a version, progress."""
    from . import lenient

    try:
        return lenient.convert(value)
    except Exception:
        return str(value)


COMPACT = (",", ":")


def encoder(default, allow_nan):
    """A function that makes texts as JSONEncoder.encode does, which builds the encoder in C anew for each
    value: that takes longer than a short value does. For one thread at a time, and until it raises, since it
    remembers what it is inside of."""
    if make_encoder is None:
        return json.JSONEncoder(separators=COMPACT, allow_nan=allow_nan, default=default).encode
    parts = make_encoder(
        {}, default, encode_basestring_ascii, None, ":", ",", False, False, allow_nan
    )
    return lambda value: "".join(parts(value, 0))


def strict(value):
    return encoder(default, False)(value)


def loose(value):
    return encoder(default, True)(value)


any_encode = json.JSONEncoder(separators=COMPACT, default=anything, ensure_ascii=False).encode
with_nulls = json.JSONDecoder(parse_constant=lambda name: None).decode

_told = False


def result(value):
    """A value as JSON, NaN and Infinity as null: the original's answer to /execute and /config."""
    try:
        return strict(value).encode("ascii")
    except RecursionError:
        return deeper(strict, value).encode("ascii")
    except ValueError as error:
        failure = error
    text = loose(value)  # raises again if it was another failure, such as a circle
    _tell(failure)
    return without_nan(text)


def without_nan(text):
    """A text that json.dumps has made, with null for NaN and Infinity."""
    if "N" in text or "Infinity" in text:  # perhaps only in a string
        text = strict(with_nulls(text))
    return text.encode("ascii")


def shown(value):
    """Any value as JSON, whatever it is: what JSON lacks is as in the original, or its str."""
    try:
        text = any_encode(value)
    except Exception:  # a key, a circle
        text = any_encode(str(value))
    if "N" in text or "Infinity" in text:
        text = any_encode(with_nulls(text))
    return text.encode("utf-8", "replace").decode()  # lone surrogates


def _tell(failure):
    global _told
    if not _told:
        _told = True
        complain("universal-worker: %s: clients get null instead\n" % failure)
