"""multiprocessing in all its ways, and a fork at import."""

import multiprocessing
import os


def square(x):
    return x * x


class Pools:
    def execute(self, how):
        with multiprocessing.get_context(how).Pool(2) as pool:
            return pool.map(square, [1, 2, 3])


class Terminated:
    def execute(self):
        process = multiprocessing.get_context("fork").Process(target=sleep)
        process.start()
        process.terminate()
        process.join()
        return process.exitcode


def sleep():
    import time

    time.sleep(60)


class Early:
    def __init__(self):
        self.parent = os.getpid()
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)

    def execute(self):
        return os.getpid() == self.parent
