"""Running scripts of this folder with mounts of their own, which nobody else sees."""

import os
import shutil
import subprocess
import sys

from bench import HERE
from checks_life import Skip

UNSHARE = ["unshare", "--mount", "--propagation", "private"]


def run_apart(bench, script, *arguments, needs=("unshare",), probe="true"):
    """What a script prints that root runs in a mount namespace; skipped where the probe, for sh, fails."""
    missing = [program for program in needs if not shutil.which(program)]
    if not bench.manager.is_root or missing:
        raise Skip("mounts of our own need root" + "".join(f", and {name}" for name in missing))
    if subprocess.run([*UNSHARE, "sh", "-c", probe], check=False, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("no such mounts can be had here")
    done = subprocess.run([*UNSHARE, sys.executable, os.path.join(HERE, script), *arguments],
                          check=False, timeout=240, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
