#!/usr/bin/env python3
"""Drives a worker through the unmodified RemotePluginProxy of cjm-plugin-system, as a host does.

All that differs from a host's everyday use is `python_path` in the manifest: our binary, which loads a library,
or with `--plugin python` runs the original's own plugins in environments without FastAPI.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from workers import NATIVE, ROOT, Unusable, compile_plugin, original_command


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--worker",
        default=str(NATIVE),
        metavar="PATH",
        help="the binary (default: .build/release/universal-worker)",
    )
    parser.add_argument("--module", help="what it loads (default: the C plugin, compiled)")
    parser.add_argument(
        "--plugin", choices=("native", "python"), default="native", help="which kind of plugin it runs"
    )
    parser.add_argument(
        "--packages", type=int, default=1, metavar="N", help="how many real packages, with --plugin python"
    )
    parser.add_argument(
        "--switch",
        action="store_true",
        help="with --plugin python: the environment's Python is python_path, and the wheel's switch is on",
    )
    parser.add_argument(
        "--original", action="store_true", help="check the original instead, without what it is known to fail"
    )
    parser.add_argument(
        "--expect-parent-watch", action="store_true", help="check that a worker goes when its host is killed"
    )
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only the checks with this text in their name"
    )
    return parser.parse_args()


def in_the_environment(python: str) -> None:
    """Goes on in the virtual environment that holds the proxy."""
    if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():
        os.execv(python, [python, *sys.argv])


def run(options: argparse.Namespace) -> int:
    python = original_command()[0]
    worker = (
        python if options.original else str(Path(shutil.which(options.worker) or options.worker).absolute())
    )
    if not os.access(worker, os.X_OK):
        raise Unusable(f"no worker at {worker}; build it, or name one with --worker")
    is_python = options.original or options.plugin == "python"
    module = options.module or ("reference_plugin" if is_python else str(compile_plugin()))
    in_the_environment(python)
    import host_checks_calls  # noqa: F401  (they register themselves)
    import host_checks_life  # noqa: F401
    import hosting

    if options.plugin == "python" and not options.original:
        import environments
        import real_packages

        binary = Path(worker)
        worker = str(environments.environment("reference", binary) / "bin/universal-worker")
        if options.switch:
            worker = str(environments.switched("switched", binary))
        for package in real_packages.PACKAGES[: options.packages]:
            hosting.CHECKS.append(real_packages.check(package, binary))
    with hosting.temporary() as directory:
        bench = hosting.Bench(worker, module, Path(directory), options.original)
        return hosting.run_checks(bench, options.only, options.expect_parent_watch)


def main() -> int:
    try:
        return run(arguments())
    except Unusable as error:
        print(f"host_check.py: {error}", file=sys.stderr)
        print("0 passed, 1 failed")
        return 1


if __name__ == "__main__":
    sys.exit(main())
