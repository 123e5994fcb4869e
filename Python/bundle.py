#!/usr/bin/env python3
"""Makes one text of the runner's modules, which `python -c` executes; see docs/process-plugins.md.

python3 Python/bundle.py > runner.py
"""

import os
import sys

PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "universal_worker_runner")


def bundle():
    """The dict SOURCES with each module's text between three quotes, then bootstrap.py."""
    texts = {}
    for file in sorted(os.listdir(PACKAGE)):
        if file.endswith(".py"):
            with open(os.path.join(PACKAGE, file), encoding="ascii") as opened:
                texts[file[:-3]] = opened.read()
    bootstrap = texts.pop("bootstrap")
    parts = ["SOURCES = {\n"]
    for name, text in texts.items():
        if "'''" in text or not text.endswith("\n"):
            raise SystemExit(
                "%s.py: ''' cannot stand in a module, and it ends with a newline" % name
            )
        parts.append("\"%s\": r'''%s''',\n" % (name, text))
    parts.append("}\n")
    whole = "".join(parts) + bootstrap
    if len(whole) >= 1 << 20:
        raise SystemExit("the text is %d bytes; python -c reads one MiB of it" % len(whole))
    return whole


if __name__ == "__main__":
    sys.stdout.write(bundle())
