#!/usr/bin/env python3
"""check_switch.py ENVIRONMENT: the switch, where the wheel is installed; leaves it enabled.

What stands in for the hosts' own workers is a module that shows what it was given.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ENVIRONMENT = Path(sys.argv[1])
PYTHON, BINARY = ENVIRONMENT / "bin/python", ENVIRONMENT / "bin/universal-worker"
STATE = next(ENVIRONMENT.glob("lib/python3*/site-packages/universal_worker_switch.txt"))
PACKAGES = ("cjm_plugin_system", "cjm_substrate")
SHOW = """
import json, os, sys
print(json.dumps(["original", sys.argv[1:], os.environ["MARK"], os.fstat(7).st_ino]))
"""
# In the place of the binary: shows the same, by C, since no Python is to have a say.
PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
int main(int count, char **arguments) {
    struct stat status;
    fstat(7, &status);
    for (int index = 0; index < count; index++) printf("%s\\n", arguments[index]);
    printf("%s\\n%lu", getenv("MARK"), status.st_ino);
}
"""
CLASS = """
import sys

class Where:
    name, version = "where", "1"

    def execute(self):
        return sys.prefix
"""
MARK = b"a \xff"


def run(*command, expect=0):
    """What a command prints; with $MARK, and the file `where.py` as its descriptor 7."""
    with open("where.py") as file:
        os.dup2(file.fileno(), 7)
    done = subprocess.run(
        command, pass_fds=[7], env={**os.environb, b"MARK": MARK}, capture_output=True
    )
    os.close(7)
    assert done.returncode == expect, (command, done)
    return done.stdout.decode(errors="surrogateescape"), done.stderr.decode(
        errors="surrogateescape"
    )


def switch(word, expect=0):
    return run(BINARY, word, expect=expect)[0]


def expect_original(*options, python=PYTHON):
    """The original runs, with what it was given; returns what was said of it on stderr."""
    for package in PACKAGES:
        output, error = run(python, *options, "-m", f"{package}.core.worker", "--module", b"x \xff")
        shown = [
            "original",
            ["--module", "x \udcff"],
            os.fsdecode(MARK),
            os.stat("where.py").st_ino,
        ]
        assert json.loads(output) == shown, output
    return error.splitlines()


def expect_served(package):
    """A host's command line is served by the binary, as the same process, by the environment's Python."""
    command = [
        PYTHON,
        "-m",
        f"{package}.core.worker",
        "--module",
        "where",
        "--class",
        "Where",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as worker:
        try:
            line = next(line for line in worker.stderr if "listening on" in line)
            address = "http://" + re.search(r"127\.0\.0\.1:\d+", line)[0]
            with urllib.request.urlopen(address + "/health") as health:
                assert json.load(health)["pid"] == worker.pid
            with urllib.request.urlopen(address + "/execute", b"{}") as answer:
                assert json.load(answer) == str(ENVIRONMENT)
            worker.send_signal(signal.SIGTERM)
            worker.stderr.read()
            assert worker.wait() == 0
        finally:
            worker.kill()


def check_off():
    assert STATE.read_text() == "disabled\n"
    assert switch("status").startswith(f"disabled in {ENVIRONMENT}: ")
    assert expect_original() == []


def check_on():
    os.link(STATE, "cached")  # as an installer that keeps a cache may have
    for _ in range(2):
        assert re.match(
            rf"enabled in {ENVIRONMENT}: hosts .* get {BINARY} \(universal-worker .*\)\n",
            switch("enable"),
        )
    assert Path("cached").read_text() == "disabled\n"
    for package in PACKAGES:
        expect_served(package)
    # What is not a host's command line stays Python's.
    assert expect_original("-u") == []
    assert run(PYTHON, "-c", "import sys; print(sys.argv[1:])", "-m", "x")[0] == "['-m', 'x']\n"
    assert run(PYTHON, "-m", "pip", "--version")[0].startswith("pip ")


def check_hand_over():
    """Arguments, environment and descriptors reach the binary as they were."""
    kept = BINARY.rename(BINARY.with_suffix(".kept"))
    Path("program.c").write_text(PROGRAM)
    run("cc", "program.c", "-o", BINARY)
    lines = STATE.read_text().splitlines()
    STATE.write_text("\n".join([*lines[:3], str(BINARY.stat().st_size)]) + "\n")
    line = [str(PYTHON), "-m", "cjm_substrate.core.worker", "--module", "x \udcff", "--fd", "7"]
    shown = [*line, os.fsdecode(MARK), str(os.stat("where.py").st_ino)]
    assert run(*map(os.fsencode, line))[0].split("\n") == shown
    kept.rename(BINARY)
    switch("enable")


def check_broken():
    """A binary that is gone, cut off or no program: the original runs, and one line says so."""
    kept = BINARY.rename(BINARY.with_suffix(".kept"))
    size = kept.stat().st_size
    for mode, content in (
        (None, b""),
        (0o755, b"\x7fELF"),
        (0o644, bytes(size)),
        (0o755, bytes(size)),
    ):
        if mode is not None:
            BINARY.write_bytes(content)
            BINARY.chmod(mode)
        lines = expect_original()
        assert len(lines) == 1 and lines[0].startswith(
            f"universal-worker: cannot run {BINARY} ("
        ), lines
    BINARY.unlink()
    said = run(kept, "status", expect=1)[0]
    assert (
        said.startswith(f"enabled in {ENVIRONMENT}, but not in force: ") and "No such file" in said
    ), said
    kept.rename(BINARY)


def check_link():
    """A link to the environment is the environment."""
    os.symlink(ENVIRONMENT, "link")
    for package in PACKAGES:
        said = run("link/bin/python", "-m", f"{package}.core.worker", "--version")[0]
        assert said.startswith("universal-worker "), said
    said = run("link/bin/universal-worker", "status")[0]
    assert said.startswith("enabled in ") and said.count("\n") == 1, said


def check_others():
    """An environment that sees these packages is another one; a binary elsewhere has no environment."""
    run(PYTHON, "-m", "venv", "--without-pip", "--system-site-packages", "child")
    shutil.copytree(
        STATE.parent, next(Path("child").glob("lib/python3*/site-packages")), dirs_exist_ok=True
    )
    assert expect_original(python="child/bin/python") == []
    shutil.copy(BINARY, "elsewhere")
    assert "there is no Python environment around" in run("./elsewhere", "enable", expect=1)[1]
    assert "unexpected argument 'now'" in run(BINARY, "enable", "now", expect=2)[1]


def check_off_again():
    assert switch("disable").startswith(f"disabled in {ENVIRONMENT}: ")
    assert expect_original() == []
    switch("enable")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["PYTHONPATH"] = folder
        Path("where.py").write_text(CLASS)
        for package in PACKAGES:
            worker = Path(package, "core/worker.py")
            worker.parent.mkdir(parents=True)
            worker.write_text(SHOW)
        for check in (
            check_off,
            check_on,
            check_hand_over,
            check_broken,
            check_link,
            check_others,
            check_off_again,
        ):
            check()
    print("the switch: off, on, handed over, broken, by a link, elsewhere, off again")


if __name__ == "__main__":
    main()
