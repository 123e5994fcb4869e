#!/usr/bin/env python3
"""Runs the quick start of README.md as it stands there, and compares what it prints.

Its python block is saved under the name in its first line. Its sh block is run in a folder that has
.build, without its calls of make and on a free port; a comment below a command says what the command
prints, where … stands for anything. Needs `make build`.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARK = "--- end of a command"


def block(section: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    if not found:
        sys.exit(f"README.md: the quick start has no {language} block")
    return found[1]


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Each command, and the lines that it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("# ") and found:
            found[-1][1].append(line[2:])
        elif line and not line.startswith("make "):
            found.append((line, []))
    return found


def run(script: str, folder: str) -> str:
    bash = subprocess.Popen(
        ["bash", "-e", "-c", script],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    try:
        output, _ = bash.communicate(timeout=60)
    finally:
        try:
            os.killpg(bash.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    if bash.returncode != 0:
        sys.exit(
            f"README.md: the quick start ended with {bash.returncode}, having printed:\n{output}"
        )
    return output


def main() -> None:
    section = (
        (ROOT / "README.md").read_text().partition("\n## Quick start\n")[2].partition("\n## ")[0]
    )
    plugin, steps = block(section, "python"), commands(block(section, "sh"))
    name = re.search(r"# (\w+\.py)$", plugin.partition("\n")[0])
    if not name:
        sys.exit(
            "README.md: the first line of the quick start's plugin does not end in '# NAME.py'"
        )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = "".join(f"{command}\necho; echo '{MARK}'\n" for command, _ in steps)
    if "8080" not in script:
        sys.exit("README.md: the quick start does not use port 8080")
    with tempfile.TemporaryDirectory(prefix="universal-worker-") as folder:
        Path(folder, name[1]).write_text(plugin)
        Path(folder, ".build").symlink_to(ROOT / ".build")
        output = run(script.replace("8080", str(port)) + "wait\n", folder)
    printed = [part.strip().splitlines() for part in output.split(MARK)[:-1]]
    for (command, lines), found in zip(steps, printed, strict=True):
        pattern = "\n".join(".*".join(map(re.escape, line.split("…"))) for line in lines)
        if not re.fullmatch(pattern, "\n".join(found)):
            sys.exit(f"README.md: $ {command}\nsays:   {lines}\nprints: {found}")
    print(f"README.md: {len(steps)} commands of the quick start print what it says")


if __name__ == "__main__":
    main()
