"""Virtual environments with the real packages, below .build: made once, by PyPI."""

import glob
import os
import shutil
import subprocess

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3))
WANTED = (
    ("cjm_plugin_system", "cjm-plugin-system==0.0.46"),
    ("cjm_substrate", "cjm-substrate==0.0.74"),
)
OLDEST = (3, 12)


def python():
    """An interpreter that the packages run on, or None."""
    names = ["python3.%d" % minor for minor in range(OLDEST[1], 20)] + ["python3"]
    paths = glob.glob(os.path.expanduser("~/.pyenv/versions/3.1[2-9].*/bin/python"))
    paths += [path for path in map(shutil.which, names) if path and "/shims/" not in path]
    for path in paths:
        code = "import sys; sys.exit(sys.version_info < %r)" % (OLDEST,)
        if subprocess.run([path, "-c", code]).returncode == 0:
            return path
    return None


def interpreter(wanted, suffix=""):
    """The interpreter of an environment that holds a package, another one for each suffix.

    Raises LookupError, saying why not.
    """
    folder = os.path.join(ROOT, ".build", "python", wanted.replace("==", "-") + suffix)
    path = os.path.join(folder, "bin", "python")
    if os.path.exists(os.path.join(folder, "complete")):
        return path
    base = python()
    if base is None:
        raise LookupError("no Python of 3.12 or later for %s" % wanted)
    shutil.rmtree(folder, ignore_errors=True)
    for command in (
        [base, "-m", "venv", folder],
        [path, "-m", "pip", "install", "-q", "--disable-pip-version-check", wanted],
    ):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise LookupError("%s cannot be had: %s" % (wanted, done.stdout.strip()[-300:]))
    open(os.path.join(folder, "complete"), "w").close()
    return path
