"""universal_worker.testing, in the tests of an author, under the interpreter that is asked for."""

import os
import subprocess
import unittest

import driver

BINARY = os.path.join(os.path.dirname(driver.HERE), "..", ".build", "release", "universal-worker")


class Testing(unittest.TestCase):
    def authors(self, name, **variables):
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **variables)
        done = subprocess.run(
            [driver.PYTHON, "-m", "unittest", "authors." + name],
            cwd=driver.HERE,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=20 * driver.PATIENCE,
        )
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_class_is_driven_in_the_process_of_the_test(self):
        self.authors("InThisProcess")

    @unittest.skipUnless(os.access(BINARY, os.X_OK), "needs the binary: make build")
    def test_a_class_is_driven_behind_the_real_binary(self):
        self.authors("BehindTheBinary", UNIVERSAL_WORKER_BINARY=os.path.realpath(BINARY))
