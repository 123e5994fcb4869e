"""A Python plugin whose calls take as long as they are told to, and say which worker ran them."""

import os
import time


def wait(path):
    """Until a file is there; by short sleeps, so that a cancellation gets through."""
    while path and not os.path.exists(path):
        time.sleep(0.01)


class Waiting:
    name = "Waiting"
    version = "1.0"

    def initialize(self, config):
        wait(config.get("until"))

    def execute(self, until=None, seconds=0, record=None, text=None):
        if record:
            with open(record, "a") as runs:
                print(os.environ["WORKER_NAME"], file=runs)
        wait(until)
        time.sleep(seconds)
        return os.environ["WORKER_NAME"]

    def execute_stream(self, until=None, fails=False):
        yield {"line": 1}
        wait(until)
        if fails:
            raise RuntimeError("it failed")
        yield {"line": 2}
