#!/usr/bin/env python3
"""Runs what documents tell readers to run, as it stands there, and compares what it prints.

A section's python block is saved under the name in its first line. Its sh block is run in a folder that has
.build and what the document's sections before it have saved, without its calls of make and on a free port; a comment
below a command says what the command prints, where … stands for anything. Python finds what the wheel
would bring. Needs `make build`. Arguments name the documents, all without.
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
BINARY = ROOT / ".build/release/universal-worker"
MARK = "--- end of a command"
SECTIONS = {
    "README.md": ["Quick start"],
    "docs/python.md": ["A whole plugin", "Requests, health and metrics", "Testing"],
}


def block(place: str, section: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    if not found:
        sys.exit(f"{place}: there is no {language} block")
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


def run(place: str, script: str, folder: str) -> str:
    bash = subprocess.Popen(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=dict(os.environ, PYTHONPATH=f"{ROOT}/Python", UNIVERSAL_WORKER_BINARY=str(BINARY)),
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
        sys.exit(f"{place}: the commands ended with {bash.returncode}, having printed:\n{output}")
    return output


def check(file: str, title: str, folder: str) -> None:
    place = f"{file}, {title}"
    section = (ROOT / file).read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    plugin, steps = block(place, section, "python"), commands(block(place, section, "sh"))
    name = re.search(r"# (\w+\.py)$", plugin.partition("\n")[0])
    if not name:
        sys.exit(f"{place}: the first line of the plugin does not end in '# NAME.py'")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = "".join(f"{command}\necho; echo '{MARK}'\n" for command, _ in steps)
    if "8080" not in script and "--port" in script:
        sys.exit(f"{place}: the commands do not use port 8080")
    Path(folder, name[1]).write_text(plugin)
    output = run(place, script.replace("8080", str(port)) + "wait\n", folder)
    printed = [part.strip().splitlines() for part in output.split(MARK)[:-1]]
    for (command, lines), found in zip(steps, printed, strict=True):
        pattern = "\n".join(".*".join(map(re.escape, line.split("…"))) for line in lines)
        if not re.fullmatch(pattern, "\n".join(found)):
            sys.exit(f"{place}: $ {command}\nsays:   {lines}\nprints: {found}")
    print(f"{place}: {len(steps)} commands print what it says")


def main() -> None:
    for file in sys.argv[1:] or SECTIONS:
        with tempfile.TemporaryDirectory(prefix="universal-worker-") as folder:
            Path(folder, ".build").symlink_to(ROOT / ".build")
            for title in SECTIONS[file]:
                check(file, title, folder)


if __name__ == "__main__":
    main()
