"""What the journal makes of the worker's lines."""

import json
import os
import shutil
import subprocess
import sys

from bench import HERE
from checks_life import Skip
from journal import JOURNALD

PRIORITIES = {"error": 3, "warning": 4, "info": 6, "debug": 7}


def priorities_are_the_workers(bench):
    """Each line is one entry of the journal, with the worker's priority and nobody else's"""
    if not bench.manager.is_root or not os.access(JOURNALD, os.X_OK) or not shutil.which("unshare"):
        raise Skip("a journal of our own needs root, systemd-journald and unshare")
    unshare = ["unshare", "--mount", "--propagation", "private"]
    if subprocess.run(unshare + ["true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("no mount namespace can be had here")
    done = subprocess.run(
        unshare + [sys.executable, os.path.join(HERE, "journal.py"), bench.binary,
                   os.path.join(bench.plugins, "printing.so")],
        check=False, timeout=120, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    for priority, message in entries:
        # The moment, the level, the text: a piece of a line would begin in its middle.
        words = message.split(" ", 2)
        assert words[0].startswith("20") and priority == PRIORITIES[words[1]], (priority, words)
    # 60,000 bytes that are four each in the log, in pieces of 8 KiB, and once as a message.
    assert sum(message.count("\\x1b") > 1000 for _, message in entries) == 9
    assert {priority for priority, _ in entries} == {3, 4, 6}


CHECKS = [priorities_are_the_workers]
