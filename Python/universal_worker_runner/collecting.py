"""Collects the cycles of objects that calls leave behind.

Python does so by the number of objects that are made. Where calls make few and each leaves a connection to a
database, say, to the collector, hundreds of these wait: the memory of one such plugin grew to twice its size.
"""

import gc

YOUNG = 100  # objects made since the last collection: with fewer it is not worth the while
PART = 10  # and one for each ten that live, which a collection looks at: some tenths of a millisecond in all


class Collector:
    """Any lane's thread may use it: of two collections at once Python leaves one out."""

    def __init__(self):
        self.lived = 0  # after the last collection
        self.works = hasattr(gc, "freeze")  # PyPy's collector goes by memory

    def loaded(self):
        """What has been made so far stays, and is not looked at again."""
        if self.works:
            gc.freeze()

    def after_call(self):
        """Once a call has been answered. A plugin with many objects is left to Python's own rule."""
        if self.works and gc.get_count()[0] >= YOUNG + self.lived // PART and gc.isenabled():
            gc.collect()
            self.lived = len(gc.get_objects())
