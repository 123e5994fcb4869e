"""Collects the cycles of objects that calls leave behind.

Python does so by the number of objects that are made. Where calls make few and each leaves a connection to a
database, say, to the collector, hundreds of these wait: the memory of one such plugin grew to twice its size.
"""

import gc

YOUNG = 100  # objects made since the last collection: with fewer it is not worth the while
# And one for each ten that live, which a whole collection looks at: some tenths of a millisecond in all.
PART = 10
WHOLE = 8  # each so many of them looks at old objects in any case


class Collector:
    """Any lane's thread may use it: of two collections at once Python leaves one out."""

    def __init__(self, lanes):
        self.lanes = lanes
        self.lived = 0  # after the last whole collection
        self.count = 0
        self.works = hasattr(gc, "freeze")  # PyPy's collector goes by memory

    def loaded(self):
        """What has been made so far stays, and is not looked at again."""
        if self.works:
            gc.freeze()

    def after_call(self):
        """Once a call has been answered. A plugin with many objects is left to Python's own rule."""
        if self.works and gc.get_count()[0] >= YOUNG + self.lived // PART and gc.isenabled():
            self.count += 1
            # A collection makes old what running calls have made: the next one of the young would miss it.
            if self.count % WHOLE and not any(lane.call for lane in self.lanes):
                gc.collect(1)
            else:
                gc.collect()
                self.lived = len(gc.get_objects())
