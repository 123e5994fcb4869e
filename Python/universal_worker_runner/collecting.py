"""Collects the cycles of objects that calls leave behind.

Python does so by the number of objects that are made. Where calls make few and each leaves a connection to a
database, say, to the collector, hundreds of these wait: the memory of one such plugin grew to twice its size.
"""

import gc
import sys

# Objects made since the last collection: with fewer it is not worth the while. A query's connection to SQLite is one
# of 54, and the last one to be closed puts the database's log away, a quarter of the time that such a query takes.
YOUNG = 200
# For a whole collection at least one for so many blocks of memory that live: it looks at old objects too.
PART = 60
WHOLE = 8  # so many times as many before one where those of the young suffice


class Collector:
    """Any lane's thread may use it: of two collections at once Python leaves one out.

    How many objects live is not asked of `gc.get_objects`: it holds them all for a moment, also tuples that
    another thread is about to fill, which ends in a SystemError there.
    """

    def __init__(self, lanes):
        self.lanes = lanes
        self.first = 0  # blocks that were there when the plugin had been made
        self.lived = 0  # blocks made since, after the last whole collection
        self.made = 0  # objects that collections of the young have looked at since then
        self.works = hasattr(gc, "freeze")  # PyPy's collector goes by memory

    def loaded(self):
        """What has been made so far stays, and is not looked at again."""
        if self.works:
            gc.freeze()
            self.first = sys.getallocatedblocks()

    def after_call(self):
        """Once a call has been answered. A plugin with many objects is left to Python's own rule."""
        young = gc.get_count()[0] if self.works else 0
        if young < YOUNG or not gc.isenabled():
            return
        # A collection makes old what running calls have made: one of the young would miss it.
        alone = not any(lane.call for lane in self.lanes)
        if self.made + young >= max(YOUNG, self.lived // PART) * (WHOLE if alone else 1):
            self.made = 0
            gc.collect()
            self.lived = max(0, sys.getallocatedblocks() - self.first)
        elif alone:
            self.made += young
            gc.collect(1)
