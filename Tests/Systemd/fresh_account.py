"""Follows what a document says of systemd as a user who has just been made, with an empty home:
unshare --mount --propagation private fresh_account.py BINARY DOCUMENT HEADING...

What is installed, the account and its home are there in this mount namespace alone.
"""

import os
import re
import shutil
import subprocess
import sys
import urllib.request

from bench import ROOT, free_port
from user_manager import UserManager

USER = "fresh"
CHECKOUT = f"/home/{USER}/universal-worker"
START = "systemctl --user start "


def main(binary, document, *headings):
    make_account()
    # The session has begun before anything is installed.
    manager = UserManager(USER)
    try:
        subprocess.run(["make", "-s", "-C", ROOT, "install", f"BINARY={binary}"], check=True,
                       stdout=subprocess.DEVNULL)
        for heading in headings:
            follow(manager, document, heading)
    finally:
        manager.close()


def make_account():
    """Makes the user, who has a checkout."""
    for folder in ("/run", "/home", "/usr/local"):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder], check=True)
    for folder in ("upper", "work", "skeleton"):
        os.makedirs(f"/run/account/{folder}")
    subprocess.run(["mount", "-t", "overlay", "overlay", "/etc", "-o", "lowerdir=/etc,"
                    "upperdir=/run/account/upper,workdir=/run/account/work"], check=True)
    subprocess.run(["useradd", "--create-home", "--skel", "/run/account/skeleton", USER],
                   check=True)
    for folder in ("Examples/Echo", "Sources/CWorkerPlugin"):
        shutil.copytree(os.path.join(ROOT, folder), os.path.join(CHECKOUT, folder),
                        ignore=shutil.ignore_patterns("*.so"))
    subprocess.run(["chown", "-R", f"{USER}:{USER}", CHECKOUT], check=True)


def follow(manager, document, heading):
    """Runs the commands below a heading, and asks the worker when they have started it."""
    with open(os.path.join(ROOT, document), encoding="utf-8") as file:
        section = file.read().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    commands = re.search(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[1]
    port = free_port()
    # Only this was done by root.
    script = re.sub(r"^make build && sudo make install\b", ":", commands).replace("8080", str(port))
    before, start, after = script.partition(START)
    command, _, after = after.partition("\n")
    bash = ["bash", "-e", "-c"]
    print(manager.run(*bash, before + start + command, cwd=CHECKOUT).stdout)
    if start:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=20) as health:
            assert b'"name":"Echo"' in health.read()
    print(manager.run(*bash, after, cwd=CHECKOUT).stdout)
    unit = "universal-worker@echo"
    assert manager.show(unit, "Result") == "success"


if __name__ == "__main__":
    main(*sys.argv[1:])
