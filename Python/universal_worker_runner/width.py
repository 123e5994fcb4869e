"""How many short calls a gate lets through at once: all that may, or a few, if more of them end so.

Where calls give the interpreter's lock away often, as at each step of a database, threads on several cores take
it from one another: a query that took 1.1 ms alone took 2.6 ms of the process's time among eight, with 90 changes
of threads. But calls that wait, or work in C, are quicker side by side. Which it is, only trying tells.
"""

FEW = 2  # one works while the other's answer leaves
PERIOD = 48  # calls of which the time is taken
SETTLE = 8  # and before that, after a change
PAUSE = 64  # calls before the first try
LONGEST_PAUSE = 1 << 14  # each try that brought nothing doubles it
SHORT = 0.01  # seconds from end to end, on the average: longer ones are not held up by a try
BETTER = 0.9  # of the time taken before, or less
JAM = 0.05  # seconds without an end: those that run may wait for one that is held

REST, MEASURE, CHANGE, TRY = range(4)


class Width:
    """A value without threads or clocks: the gate calls it under its lock, with the time in seconds."""

    def __init__(self, most):
        self.most = most
        self.now = most
        self.step = REST
        self.pause = PAUSE
        self.left = PAUSE  # ends until the next step
        self.unpressed = 0  # ends at which no more than FEW wanted in
        self.began = 0.0
        self.before = 0.0  # the time that a period took at the former width
        self.last = 0.0

    def end(self, time, wanted):
        """A call has ended; so many others run or wait."""
        self.last = time
        if wanted < FEW or self.most <= FEW:
            if self.step == REST:
                return
            self.unpressed += 1
        self.left -= 1
        if not self.left:
            self.advance(time)

    def advance(self, time):
        took = time - self.began
        if self.unpressed > PERIOD // 4:  # the time tells of those who call
            self.rest(self.step in (CHANGE, TRY), self.pause)
        elif self.step == REST:
            self.go(MEASURE, PERIOD, time)
        elif self.step == MEASURE and took < PERIOD * SHORT:
            self.before = took
            self.change()
            self.go(CHANGE, SETTLE, time)
        elif self.step == CHANGE:
            self.go(TRY, PERIOD, time)
        elif self.step == TRY and took < self.before * BETTER:
            self.rest(False, PAUSE)
        else:
            self.rest(self.step == TRY, min(2 * self.pause, LONGEST_PAUSE))

    def go(self, step, ends, time):
        self.step = step
        self.left = ends
        self.began = time

    def rest(self, is_back, pause):
        if is_back:
            self.change()
        self.pause = pause
        self.unpressed = 0
        self.go(REST, pause, self.last)

    def change(self):
        self.now = FEW if self.now == self.most else self.most

    def is_jammed(self, time):
        """Whether none of a few has ended for long: then all may go in."""
        if self.now == self.most or time - self.last < JAM:
            return False
        self.now = self.most
        self.rest(False, min(2 * self.pause, LONGEST_PAUSE))
        return True
