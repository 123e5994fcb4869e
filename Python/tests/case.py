"""What all tests share."""

import unittest

import driver
from driver import Runner

PYPY = "pypy" in driver.PYTHON


class Case(unittest.TestCase):
    """`start` gives a runner whose plugin has been made, and which ends with the test."""

    maxDiff = None

    def run_child(self, *args, **options):
        runner = Runner(*args, **options)
        runner.__enter__()
        self.addCleanup(runner.__exit__)
        return runner

    def start(self, *args, **options):
        runner = self.run_child(*args, **options)
        runner.hello, runner.about = runner.opened()
        return runner

    def assertFrame(self, frame, kind, text=None, flags=0):
        self.assertIsNotNone(frame, "the runner is gone")
        self.assertEqual((frame.kind, frame.flags), (kind, flags), frame)
        if text is not None:
            self.assertEqual(frame.text, text)

    def assertAnswers(self, runner):
        """The lane is whole: the next call gets its own answer."""
        self.assertEqual(runner.lane.call("next").json, {"args": ["next"], "kwargs": {}})
