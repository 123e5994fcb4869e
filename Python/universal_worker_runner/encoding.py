"""JSON in and out, as the original's encoder has it."""

import gc
import sys
from operator import attrgetter
from threading import Lock

from .stdio import complain

COMPACT = (",", ":")

try:  # what json.JSONDecoder and JSONEncoder call; without `json`, whose import takes milliseconds
    from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner
except ImportError:  # PyPy
    import json

    make_encoder = None
    encode_basestring_ascii = json.encoder.encode_basestring_ascii
    raw_decode = json.JSONDecoder().raw_decode
else:

    class Decoding:
        """What the scanner asks of a JSONDecoder."""

        strict = True
        object_hook = object_pairs_hook = None
        parse_float = float
        parse_int = int
        parse_constant = float  # which knows NaN, Infinity and -Infinity

    scan = make_scanner(Decoding)

    def raw_decode(text):
        """The value at the beginning of a text, and where it ends."""
        try:
            return scan(text, 0)
        except StopIteration as error:
            raise ValueError("expected a value at %s" % error) from None


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


ATOMS = frozenset((str, int, float, bool, type(None)))


def is_json(values):
    """Whether values are what JSON has, all the way down; not subclasses, in which asdict may find more."""
    for value in values:
        kind = type(value)
        if kind in ATOMS:
            continue
        if kind is dict:
            if not ATOMS.issuperset(map(type, value)):
                return False
            value = value.values()
        elif kind is not list and kind is not tuple:
            return False
        if not is_json(value):
            return False
    return True


records = {}  # for classes of dataclasses: the names of their fields, and what gets these of an instance
MANY = 256  # of such classes: some plugins make one for each call


def fields(value):
    """Those of a dataclass's instance, as asdict has them; None if it is none."""
    kind = type(value)
    known = records.get(kind)
    if known is None:
        # Who made one has imported it; the import costs 25 ms.
        dataclasses = sys.modules.get("dataclasses")
        if not dataclasses or not dataclasses.is_dataclass(kind):
            return None
        if len(records) >= MANY:
            records.clear()
        names = [field.name for field in dataclasses.fields(kind)]
        get = attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, name) for name in names]
        known = records[kind] = names, get
    names, get = known
    members = get(value)
    # asdict copies all that is in it: most of what a call took that returned twenty records.
    return dict(zip(names, members)) if is_json(members) else sys.modules["dataclasses"].asdict(value)


def default(value):
    """Dataclasses become objects; everything else that JSON lacks is the original's TypeError."""
    members = fields(value)
    if members is None:
        raise TypeError("Object of type %s is not JSON serializable" % value.__class__.__name__)
    return members


def anything(value):
    """For what must never fail: a name, a version, progress."""
    from . import lenient

    try:
        return lenient.convert(value)
    except Exception:
        return as_text(value)


def as_text(value):
    try:
        return str(value)
    except Exception:  # its __str__ or __repr__, or that of a value inside
        return type(value).__name__


def encoder(default, allow_nan, ascii_only=True):
    """A function that makes texts as JSONEncoder.encode does, which builds the encoder in C anew for each
    value: that takes longer than a short value does. For one thread at a time, and until it raises, since it
    remembers what it is inside of."""
    if make_encoder is None:
        return json.JSONEncoder(
            separators=COMPACT, allow_nan=allow_nan, default=default, ensure_ascii=ascii_only
        ).encode
    string = encode_basestring_ascii if ascii_only else encode_basestring
    parts = make_encoder({}, default, string, None, ":", ",", False, False, allow_nan)
    return lambda value: "".join(parts(value, 0))


def strict(value):
    return encoder(default, False)(value)


def loose(value):
    return encoder(default, True)(value)


def any_encode(value):
    return encoder(anything, True, ascii_only=False)(value)


def with_nulls(text):
    """The value of a text, with None for NaN and Infinity; a seldom one."""
    import json

    return json.JSONDecoder(parse_constant=lambda name: None).decode(text)


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


def interchangeable(text):
    """The UTF-8 of an ASCII text that json.dumps has made, with null for NaN and Infinity and "?" for lone
    surrogates: JSON that everyone reads."""
    if "N" in text or "Infinity" in text or "\\ud" in text:  # perhaps as it should be
        text = any_encode(with_nulls(text)).encode("utf-8", "replace").decode()
        text = loose(decode(text.encode()))
    return text.encode("ascii")


def shown(value):
    """Any value as JSON, whatever it is: what JSON lacks is as in the original, or its str."""
    try:
        text = any_encode(value)
    except Exception:  # a key, a circle
        text = any_encode(as_text(value))
    if "N" in text or "Infinity" in text:
        text = any_encode(with_nulls(text))
    return text.encode("utf-8", "replace").decode()  # lone surrogates


def _tell(failure):
    global _told
    if not _told:
        _told = True
        complain("universal-worker: %s: clients get null instead\n" % failure)
