"""Runs the worker's binary in the place of the hosts' own workers, in the environment that this lies in.

universal_worker.pth calls `start` at the beginning of an interpreter that hosts have run a worker; all
others pay for reading that line. `universal-worker enable|disable|status` calls `main`. What `enable`
has said is in the file STATE, which the wheel brings as well, so that nothing is left when that is
uninstalled.
"""

import os
import sys

# What hosts have the interpreter run, by -m. The .pth knows them too; no Python before 3.11 has them.
WORKERS = ("cjm_plugin_system.core.worker", "cjm_substrate.core.worker")
STATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "universal_worker_switch.txt")


started = False


def start():
    """Becomes the binary if the switch is on; else returns, and the original runs."""
    global started
    if started:
        return  # a virtual environment has its .pth files read twice
    started = True
    try:
        prefix, binary, size = read()
    except (OSError, ValueError):
        return  # off
    if not is_here(prefix):
        return
    problem = "it is not the file that was enabled"
    try:
        if os.stat(binary).st_size == size:
            os.execv(binary, sys.orig_argv)
    except OSError as error:
        problem = error.strerror
    text = "universal-worker: cannot run %s (%s), so the original worker runs\n"
    os.write(2, os.fsencode(text % (binary, problem)))


def is_here(prefix):
    """Whether that is this environment, by whichever path; one that sees its packages, or a copy, is not."""
    try:
        return os.path.samefile(prefix, sys.prefix)
    except OSError:
        return False


def read():
    """The environment's prefix, the binary, and the size of that; ValueError if the switch is off."""
    with open(STATE, encoding="utf-8", errors="surrogateescape") as file:
        word, prefix, binary, size = file.read().splitlines()
    if word != "enabled":
        raise ValueError(word)
    return prefix, binary, int(size)


def write(*lines):
    # A new file: an installer may have linked the former one from a cache that others use.
    new = "%s.%d" % (STATE, os.getpid())
    try:
        with open(new, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write("\n".join(lines) + "\n")
        os.replace(new, STATE)
    except OSError as error:
        if os.path.exists(new):
            os.unlink(new)
        sys.exit("universal-worker: cannot write %s: %s" % (STATE, error.strerror))


def enable(binary):
    folder = os.path.dirname(sys.executable)
    if not os.path.samefile(os.path.dirname(binary), folder):
        text = "universal-worker: %s does not stand beside the environment's Python, in %s"
        sys.exit(text % (binary, folder))
    if len((sys.prefix + binary).splitlines()) > 1:
        sys.exit("universal-worker: a path with a line end in it cannot be enabled")
    write("enabled", sys.prefix, binary, str(os.stat(binary).st_size))
    return status(binary)


def disable(binary):
    write("disabled")
    return status(binary)


def status(_binary):
    """Says what a host's command line runs, having tried it; the exit code."""
    commands = "`%s -m %s`" % (sys.executable, "` or `-m ".join(WORKERS))
    original = "hosts that run %s get the original worker" % commands
    try:
        prefix, binary, _ = read()
    except (OSError, ValueError):
        print("disabled in %s: %s" % (sys.prefix, original))
        return 0
    if not is_here(prefix):
        print("disabled in %s, though enabled in %s: %s" % (sys.prefix, prefix, original))
        return 0
    import subprocess

    tried = subprocess.run(
        [sys.executable, "-m", WORKERS[0], "--version"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        errors="replace",
    )
    if tried.returncode == 0 and tried.stdout.startswith("universal-worker "):
        version = tried.stdout.strip()
        text = "enabled in %s: hosts that run %s get %s (%s)"
        print(text % (sys.prefix, commands, binary, version))
        return 0
    said = tried.stderr.splitlines() or ["no reason is known"]
    print("enabled in %s, but not in force: %s. %s" % (sys.prefix, original, said[0]))
    return 1


def main(arguments):
    """What the binary calls: the subcommand, and the path that the binary was executed by."""
    subcommand, binary = arguments
    run = {"enable": enable, "disable": disable, "status": status}[subcommand]
    return run(os.path.abspath(binary))
