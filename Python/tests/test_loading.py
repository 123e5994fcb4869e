import ast
import builtins
import glob
import os
import shutil
import subprocess
import sys
import tempfile

import driver
from case import PYPY, Case
from driver import PLUGINS, PYTHON


class Loading(Case):
    def test_the_environment_and_the_plugin_are_told(self):
        runner = self.start()
        version = subprocess.check_output(
            [PYTHON, "-c", "import sys; print(sys.version.split()[0], sys.prefix)"], text=True
        ).split()
        self.assertEqual([runner.hello["python"], runner.hello["prefix"]], version)
        self.assertEqual(runner.hello["executable"], PYTHON)
        self.assertEqual(runner.hello["pid"], runner.pid)
        self.assertEqual(runner.hello["protocol"], 1)
        expected = {"name": "Plugin", "version": "1.0", "can": ["execute", "execute_stream"]}
        self.assertEqual(runner.about, expected)

    def test_name_and_version_may_be_anything(self):
        runner = self.start("plug", "Odd")
        self.assertEqual(runner.about, {"name": "unknown", "version": [1, 2], "can": []})

    def test_failures_have_the_words_of_the_interpreter(self):
        for module, name, text in [
            ("there_is_none", "C", "No module named 'there_is_none'"),
            ("needs", "C", "No module named 'there_is_no_such_module'"),
            ("plug", "C", "module 'plug' has no attribute 'C'"),
            ("bad", "Bad", "no such luck"),
            ("bad", "Silent", "RuntimeError"),
            ("bad", "Exits", "SystemExit: 5"),
            ("exits", "C", "SystemExit: 4"),
        ]:
            with self.subTest(module + ":" + name):
                runner = self.run_child(module, name)
                self.assertEqual(runner.failed(), text)
                self.assertEqual(runner.wait(), 1)
                self.assertIn("Traceback (most recent call last)", runner.log())
        runner = self.run_child("syntax", "C")
        self.assertIn("syntax.py, line", runner.failed())
        runner = self.run_child("..x", "C")
        self.assertIn("relative import", runner.failed())
        runner = self.run_child("", "C")
        self.assertEqual(runner.failed(), "Empty module name")

    def test_a_module_that_ends_the_process_does(self):
        runner = self.run_child("quits", "C")
        self.assertEqual(runner.wait(), 7)

    def test_what_is_printed_at_import_reaches_the_log(self):
        runner = self.run_child("bad", "Bad")
        runner.failed()
        runner.logged("importing")

    def test_argv_is_the_workers_and_main_is_empty(self):
        argv = ["/env/bin/universal-worker", "--module", "plug", "--", "x=y", "\udcff"]
        runner = self.start(argv=argv)
        self.assertEqual(runner.lane.call("sys.argv", do="getattr").json, argv)
        runner = self.start(argv=["/env/bin/python", "-m", "a.worker", "--module", "plug"])
        expected = ["/env/bin/python", "--module", "plug"]
        self.assertEqual(runner.lane.call("sys.argv", do="getattr").json, expected)
        names = runner.lane.call("__main__.__dict__", do="getattr").text
        for name in ("SOURCES", "Sources", "start", "os", "f", "s"):
            self.assertNotIn("'%s'" % name, names)

    def test_the_directory_comes_first_on_the_path_then_the_cwd(self):
        runner = self.start(cwd="/usr")
        path = runner.lane.call("sys.path", do="getattr").json
        self.assertEqual(path[:2], [PLUGINS, "/usr"])
        runner = self.start(directory=None, cwd=PLUGINS)
        path = runner.lane.call("sys.path", do="getattr").json
        self.assertEqual(path[0], PLUGINS)

    def test_safe_path_keeps_the_cwd_out(self):
        runner = self.start(cwd="/usr", flags=["-I"])
        path = runner.lane.call("sys.path", do="getattr").json
        self.assertEqual(path[0], PLUGINS)
        self.assertNotIn("/usr", path)
        self.assertNotIn("", path)

    def test_a_directory_may_have_any_name(self):
        base = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, base)
        directory = os.path.join(base, "a b=ö \udcff")
        os.mkdir(directory)
        shutil.copy(os.path.join(PLUGINS, "plug.py"), os.path.join(directory, "mine.py"))
        runner = self.start("mine", directory=directory, environment={"PYTHONUTF8": "1"})
        self.assertAnswers(runner)

    def test_an_interpreter_may_have_any_path(self):
        base = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, base)
        python = os.path.join(base, "\udcff")
        os.symlink(os.path.realpath(PYTHON), python)
        runner = self.start(python=python, environment={"PYTHONUTF8": "1"})
        self.assertEqual(runner.hello["executable"], os.path.join(base, "?"))

    def test_a_relative_directory_survives_chdir(self):
        runner = self.start(directory=os.path.basename(PLUGINS), cwd=os.path.dirname(PLUGINS))
        self.assertEqual(runner.lane.call("sys.path", do="getattr").json[0], PLUGINS)

    def test_a_virtual_environment_is_in_force(self):
        base = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, base)
        command = [PYTHON, "-m", "venv", "--without-pip", base]
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("%s makes no environments" % PYTHON)
        runner = self.start(python=os.path.join(base, "bin", "python"))
        self.assertEqual(runner.hello["prefix"], base)
        self.assertEqual(runner.hello["executable"], os.path.join(base, "bin", "python"))

    def test_the_runner_imports_nothing_dear(self):
        """Each costs milliseconds of every start; the plugin here imports none of them."""
        code = "import sys; sys.stdout.write(' '.join(sys.modules))"
        bare = subprocess.check_output([PYTHON, "-c", code], text=True).split()
        runner = self.start("names")
        seen = runner.lane.call().json
        for name in (
            "logging",
            "traceback",
            "dataclasses",
            "inspect",
            "socket",
            "asyncio",
            "atexit",
        ):
            if name not in bare and not PYPY:
                self.assertNotIn(name, seen)

    def test_warnings_as_errors_do_not_concern_the_runner(self):
        runner = self.start(environment={"PYTHONWARNINGS": "error"})
        self.assertAnswers(runner)
        self.assertNotIn("Warning", runner.log())

    def test_the_text_compiles_and_each_module_is_in_it(self):
        compile(driver.TEXT, "runner", "exec")
        for file in os.listdir(driver.bundle.PACKAGE):
            if file.endswith(".py") and file != "bootstrap.py":
                self.assertIn(b'"%s": r' % file[:-3].encode(), driver.TEXT)
        self.assertGreaterEqual(sys.version_info, (3, 8))

    def test_no_module_binds_the_name_of_a_builtin(self):
        # It would be local to the whole function, also to the branch that needs the builtin.
        for file in glob.glob(os.path.join(driver.bundle.PACKAGE, "*.py")):
            with open(file) as opened:
                tree = ast.parse(opened.read())
            for node in ast.walk(tree):
                name = node.arg if isinstance(node, ast.arg) else None
                if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                    name = node.id
                if name != "help":  # an argument of those who make metrics
                    self.assertFalse(name and hasattr(builtins, name), (file, name))
