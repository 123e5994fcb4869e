"""A plugin with metrics of its own."""

import os
import threading

import universal_worker as worker

early = worker.counter("early_total", "Made before the plugin.")
early.inc()


class Plugin:
    def execute(self, what, *args):
        return getattr(self, what)(*args)

    def all(self):
        images = worker.counter("images_total", "Images.", ["model", "size"])
        images.labels("tiny", 3).inc()
        images.labels(size=3, model="tiny").inc(1.5)
        warmth = worker.gauge("warmth", "How warm.")
        warmth.set(float("nan"))
        warmth.set(2)
        warmth.inc()
        warmth.dec(0.5)
        seconds = worker.histogram("seconds", "How long.", buckets=(0.5, 2))
        for value in (0.5, 1, 100):
            seconds.observe(value)
        with worker.histogram("timed_seconds", "Likewise.").time():
            pass
        assert worker.gauge("warmth", "How warm.") is warmth

    def helped(self):
        worker.counter("helped_total", "\ud800").inc()

    def bad(self):
        """What each of these says."""
        ruled = worker.counter("ruled_total", "Ruled.", ["a"])
        cases = [
            lambda: worker.counter("", ""),
            lambda: worker.counter("a\nb", ""),
            lambda: worker.counter("a\n", ""),
            lambda: worker.counter("1a", ""),
            lambda: worker.counter("a" * 129, ""),
            lambda: worker.counter("universal_worker_x_total", ""),
            lambda: worker.counter("x", "", ["le"]),
            lambda: worker.counter("x", "", ["__x"]),
            lambda: worker.counter("x", "", ["a", "a"]),
            lambda: worker.histogram("x", "", buckets=[2, 1]),
            lambda: worker.histogram("x", "", buckets=[]),
            lambda: worker.histogram("x", "", buckets=[float("inf")]),
            lambda: worker.gauge("ruled_total", "", ["a"]),
            lambda: worker.counter("ruled_total", ""),
            lambda: worker.histogram("ruled", "") and worker.counter("ruled_sum", ""),
            lambda: ruled.inc(),
            lambda: ruled.labels(),
            lambda: ruled.labels(b=1),
            lambda: ruled.labels("x").inc(-1),
            lambda: ruled.labels("x").inc(float("nan")),
            lambda: worker.histogram("ruled", "").observe(float("nan")),
        ]
        said = []
        for case in cases:
            try:
                case()
                said.append("nothing")
            except ValueError:
                said.append("ValueError")
        return said

    def flood(self, count):
        flood = worker.counter("flood_total", "Many.", ["i"])
        for i in range(count):
            flood.labels(i).inc()

    def threads(self):
        """Adds from many threads; none is lost."""
        made = worker.counter("threads_total", "Many.")
        threads = [threading.Thread(target=lambda: [made.inc() for _ in range(5000)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def copy(self):
        """Updates in a copy, forked while a thread of the original's updates too."""
        made = worker.counter("copies_total", "None.")
        ended = threading.Event()

        def spin():
            while not ended.is_set():
                early.inc(0)

        thread = threading.Thread(target=spin)
        thread.start()
        codes = []
        for _ in range(20):
            child = os.fork()
            if child == 0:
                made.inc()
                os._exit(3)
            codes.append(os.WEXITSTATUS(os.waitpid(child, 0)[1]))
        ended.set()
        thread.join()
        return sorted(set(codes))


class Quiet:
    def execute(self):
        return worker.__name__
