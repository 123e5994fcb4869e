"""A plugin's own metrics, as GET /metrics shows them; `import universal_worker` leads here.

Numbers are kept here, and what has changed goes to the worker over control: the newest counts.
"""

import re
import threading
from time import perf_counter

from .encoding import any_encode
from .frames import METRICS, pack

LIMIT = 1000  # lines of all metrics together; a histogram has one for each bucket and two more
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5)
BUCKETS += (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*\Z")
PREFIX = "universal_worker_"

lock = threading.Lock()  # of all values: an addition is two steps for Python
metrics = {}  # by name
lines = 0
dropped = 0
changed = {}  # series that the worker has yet to hear of, in their order
told = 0  # how many were dropped when it heard last


def in_copy():
    """In a copy that plugin code has forked: nothing goes to the worker, and the lock is free."""
    global lock
    lock = threading.Lock()


def frame():
    """The frame of what has changed since the last one, or b""; for the control thread."""
    global told
    if not changed and dropped == told:
        return b""
    with lock:
        rows = [series.row() for series in changed]
        changed.clear()
        told = dropped
    text = '{"series":%s,"dropped":%d}' % (any_encode(rows), told)
    return pack(METRICS, text.encode())


def counter(name, help, labels=()):
    """A number that only grows, such as of images made."""
    return metric(Counter, name, help, labels)


def gauge(name, help, labels=()):
    """A number that goes up and down, such as of models in memory."""
    return metric(Gauge, name, help, labels)


def histogram(name, help, labels=(), buckets=BUCKETS):
    """Counts values, such as seconds, in buckets with these upper bounds."""
    bounds = tuple(float(bound) for bound in buckets)
    if not 0 < len(bounds) <= 64 or list(bounds) != sorted(set(bounds)):
        raise ValueError("%s: expected 1 to 64 increasing buckets" % name)
    if not all(abs(bound) < float("inf") for bound in bounds):
        raise ValueError("%s: a bucket is not finite" % name)
    return metric(Histogram, name, help, labels, bounds)


def metric(kind, name, help, labels, bounds=()):
    """The metric of a name, which is the same whenever it is asked for."""
    labels = (labels,) if isinstance(labels, str) else tuple(labels)
    check(name, help, labels)
    made = kind(name, unicode(help), labels, bounds)
    with lock:
        known = metrics.get(name)
        if known is None:
            clash = {other for one in metrics.values() for other in one.names()} & set(made.names())
            if clash:
                raise ValueError("%s: there is a metric %s" % (name, clash.pop()))
            metrics[name] = made
        elif (type(known), known.names_of_labels, known.bounds) != (kind, labels, bounds):
            raise ValueError("%s: it is there with another type, other labels or buckets" % name)
        else:
            made = known
    if not labels:
        made.only = made.labels()
    return made


def check(name, help, labels):
    if not isinstance(name, str) or not NAME.match(name) or len(name) > 128:
        raise ValueError("%r is no name of a metric" % (name,))
    if name.startswith(PREFIX):
        raise ValueError("%s: names that begin with %s are the worker's" % (name, PREFIX))
    if not isinstance(help, str) or len(help.encode("utf-8", "replace")) > 512:
        raise ValueError("%s: expected a help of up to 512 bytes" % name)
    if len(labels) > 8 or len(set(labels)) != len(labels):
        raise ValueError("%s: expected up to 8 labels, each once" % name)
    for label in labels:
        if not isinstance(label, str) or not LABEL.match(label) or label == "le" or len(label) > 64:
            raise ValueError("%s: %r is no name of a label" % (name, label))


class Series:
    """The numbers of one metric with one set of labels. Any thread."""

    __slots__ = ("metric", "values", "numbers")

    def __init__(self, metric, values):
        self.metric = metric
        self.values = values
        self.numbers = [0.0] * (len(metric.bounds) + 2 if metric.bounds else 1)

    def change(self, index, amount, replaces=False):
        """Under the lock."""
        self.numbers[index] = amount if replaces else self.numbers[index] + amount
        changed[self] = None

    def row(self):
        metric = self.metric
        row = [metric.KIND, metric.name, metric.help]
        row += [" ".join(map(repr, metric.bounds)), " ".join(map(repr, self.numbers))]
        for pair in zip(metric.names_of_labels, self.values):
            row += pair
        return row


class Metric:
    KIND = ""
    LINES = 1

    def __init__(self, name, help, labels, bounds):
        self.name = name
        self.help = help
        self.names_of_labels = labels
        self.bounds = bounds
        self.series = {}
        self.only = None

    def names(self):
        return [self.name]

    def labels(self, *values, **named):
        """The metric with these values of its labels, in their order or by name."""
        if named:
            if values or set(named) != set(self.names_of_labels):
                raise ValueError("%s: its labels are %s" % (self.name, ", ".join(self.names_of_labels)))
            values = tuple(named[name] for name in self.names_of_labels)
        if len(values) != len(self.names_of_labels):
            raise ValueError("%s: expected %d labels" % (self.name, len(self.names_of_labels)))
        values = tuple(text(value) for value in values)
        return self.BOUND(self._find(values))

    def _find(self, values):
        """The series, or None if it is one too many."""
        global lines, dropped
        with lock:
            series = self.series.get(values)
            if series is None:
                size = len(self.bounds) + 3 if self.bounds else 1
                if lines + size > LIMIT:
                    dropped += 1
                    return None
                lines += size
                series = self.series[values] = Series(self, values)
                changed[series] = None
            return series

    def _bound(self):
        if self.only is None:
            raise ValueError("%s: give its labels first: %s.labels(...)" % (self.name, self.name))
        return self.only


def unicode(text):
    """The text without lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def text(value):
    """A label's value: what fits, and is Unicode."""
    value = unicode(str(value))
    while len(value.encode("utf-8")) > 256:
        value = value[:-1] if len(value) <= 256 else value[:256]
    return value


def number(value):
    return float(value)


class BoundCounter:
    __slots__ = ("series",)

    def __init__(self, series):
        self.series = series

    def inc(self, amount=1):
        """Adds to it."""
        amount = number(amount)
        if not amount >= 0:
            raise ValueError("a counter only grows")
        self._change(amount)

    def _change(self, amount, replaces=False):
        if self.series is not None:
            with lock:
                self.series.change(0, amount, replaces)


class BoundGauge(BoundCounter):
    __slots__ = ()

    def inc(self, amount=1):
        """Adds to it."""
        self._change(number(amount))

    def dec(self, amount=1):
        """Takes from it."""
        self._change(-number(amount))

    def set(self, value):
        """Gives it a value."""
        self._change(number(value), True)


class BoundHistogram(BoundCounter):
    __slots__ = ()

    def observe(self, value):
        """Counts a value."""
        value = number(value)
        if value != value:
            raise ValueError("a histogram counts numbers")
        series = self.series
        if series is None:
            return
        bounds = series.metric.bounds
        bucket = next((i for i, bound in enumerate(bounds) if value <= bound), len(bounds))
        with lock:
            series.change(bucket, 1)
            series.change(len(bounds) + 1, value)

    def time(self):
        """For `with`: counts the seconds that its block takes."""
        return Timer(self)


class Timer:
    def __init__(self, histogram):
        self.histogram = histogram

    def __enter__(self):
        self.start = perf_counter()
        return self

    def __exit__(self, *_):
        self.histogram.observe(perf_counter() - self.start)


class Counter(Metric):
    KIND = "counter"
    BOUND = BoundCounter

    def inc(self, amount=1):
        """Adds to it."""
        self._bound().inc(amount)


class Gauge(Metric):
    KIND = "gauge"
    BOUND = BoundGauge

    def inc(self, amount=1):
        """Adds to it."""
        self._bound().inc(amount)

    def dec(self, amount=1):
        """Takes from it."""
        self._bound().dec(amount)

    def set(self, value):
        """Gives it a value."""
        self._bound().set(value)


class Histogram(Metric):
    KIND = "histogram"
    BOUND = BoundHistogram

    def names(self):
        return [self.name] + [self.name + end for end in ("_bucket", "_sum", "_count")]

    def observe(self, value):
        """Counts a value."""
        self._bound().observe(value)

    def time(self):
        """For `with`: counts the seconds that its block takes."""
        return self._bound().time()
