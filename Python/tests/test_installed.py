"""The runner's modules in an environment that has the wheel: their code need not be compiled at each start."""

import glob
import os
import shutil
import subprocess
import tempfile

import driver
from case import Case


class Installed(Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.package = os.path.join(self.folder, os.path.basename(driver.bundle.PACKAGE))
        shutil.copytree(driver.bundle.PACKAGE, self.package)
        subprocess.check_call([driver.PYTHON, "-m", "compileall", "-q", self.folder])

    def assertRuns(self, folder, **options):
        """The runner's calls.py stands there, by a traceback."""
        options.setdefault("environment", {"PYTHONPATH": self.folder})
        runner = self.start(**options)
        self.assertFrame(runner.lane.call(do="fail", text="broken"), "E", "broken")
        log = runner.logged("RuntimeError: broken")
        self.assertIn('Traceback (most recent call last):\n  File "%s/calls.py"' % folder, log)
        self.assertIn("result = plugin.execute(*args, **kwargs)", log)

    def test_code_of_the_same_text_is_used(self):
        self.assertRuns(self.package)

    def test_code_of_another_text_is_not(self):
        with open(os.path.join(self.package, "calls.py"), "a") as file:
            file.write("raise SystemExit('another version')\n")
        subprocess.check_call([driver.PYTHON, "-m", "compileall", "-q", self.folder])
        self.assertRuns("<universal-worker>")

    def test_what_is_broken_or_not_there_is_compiled(self):
        for path in glob.glob(os.path.join(self.package, "__pycache__", "calls.*")):
            os.truncate(path, 100)
        self.assertRuns("<universal-worker>")
        os.remove(os.path.join(self.package, "calls.py"))
        self.assertRuns("<universal-worker>")

    def test_the_working_directory_is_not_looked_at(self):
        self.assertRuns("<universal-worker>", cwd=self.folder, environment={})
