#!/usr/bin/env python3
"""Runs the runner's tests under every interpreter from 3.8 on that it finds, two at a time.

Python/tests/run.py                  all of them: PATH, ~/.pyenv/versions, pypy3
Python/tests/run.py --python PATH    one
Python/tests/run.py --python PATH test_stops.Force …
"""

import glob
import os
import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = "import sys; print('.'.join(map(str, sys.version_info[:2])), sys.implementation.name)"


def interpreters():
    """One path for each version and kind."""
    names = ["python3", "pypy3"] + ["python3.%d" % minor for minor in range(8, 20)]
    paths = glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python"))
    paths += [path for path in map(shutil.which, names) if path and "/shims/" not in path]
    found = {}
    for path in paths:
        done = subprocess.run(
            [path, "-c", VERSION], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        words = done.stdout.split()
        if done.returncode == 0 and tuple(map(int, words[0].split("."))) >= (3, 8):
            found.setdefault(" ".join(words), path)
    return found


def run_all():
    found = interpreters()

    def run(path):
        command = [sys.executable, os.path.abspath(__file__), "--python", path]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    failed = False
    with ThreadPoolExecutor(2) as pool:
        for name, done in zip(found, pool.map(run, found.values())):
            lines = done.stdout.decode(errors="replace").rstrip().split("\n")
            print("%s (%s): %s" % (name, found[name], " ".join(lines[-3:])), flush=True)
            if done.returncode:
                failed = True
                print("\n".join(lines), flush=True)
    return failed or not found


def run_one(python, names):
    os.environ["UW_TEST_PYTHON"] = shutil.which(python) or python  # the driver runs it without a search
    sys.path.insert(0, HERE)
    sys.dont_write_bytecode = True
    loader = unittest.TestLoader()
    tests = loader.loadTestsFromNames(names) if names else loader.discover(HERE)
    return not unittest.TextTestRunner(verbosity=1).run(tests).wasSuccessful()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--python"]:
        sys.exit(run_one(sys.argv[2], sys.argv[3:]))
    sys.exit(run_all())
