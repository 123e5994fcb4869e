#!/usr/bin/env python3
"""Runs all fuzzers, one after the other, and shares the seconds among them.

    fuzz.py [--seconds 60] [--seed N] [--only NAME,…]

Each prints what it has done; the first finding of each ends it, leaves its input below
.build/fuzz/findings, and has this end with 1. `make fuzz` builds what is needed.
"""

import argparse
import os
import random
import re
import subprocess
import sys
from pathlib import Path

from target import FINDINGS, ROOT

HERE = Path(__file__).resolve().parent
BUILD = ROOT / ".build/fuzz"
# Of the seconds, in proportion.
SHARES = {"reader": 3, "reader-portable": 2, "bytes": 1, "smuggling": 6, "abi": 3, "command_line": 3, "frames": 3}
LIBFUZZER = ["reader", "reader-portable", "bytes"]
# Beyond its seconds each may take so long, for its start, the last batch and its end.
PATIENCE = 120


def libfuzzer(name: str, seconds: int, seed: int) -> int:
    """Runs a target over its own corpus, which grows below .build, and the seeds of ours."""
    grown = BUILD / f"corpus-{name}"
    grown.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=2048", "-timeout=10", "-verbosity=0",
        "-print_final_stats=1", f"-dict={HERE / 'json/json.dict'}", f"-artifact_prefix={FINDINGS}/{name}-",
    ]  # fmt: skip
    command = [str(BUILD / name), *options, str(grown), str(HERE / "json/corpus")]
    run = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds + PATIENCE, env=os.environ
    )
    text = run.stdout.decode(errors="replace")
    executions = re.search(r"number_of_executed_units: (\d+)", text)
    print(f"{name}: {executions[1] if executions else 'no'} executions", flush=True)
    if run.returncode:
        print(text[-6000:])
    return run.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 31), help="[random]")
    parser.add_argument("--only", default=",".join(SHARES))
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    if unknown := [name for name in names if name not in SHARES]:
        parser.error(f"no such fuzzer: {', '.join(unknown)}; there are {', '.join(SHARES)}")
    FINDINGS.mkdir(parents=True, exist_ok=True)
    print(f"seed {arguments.seed}", flush=True)
    found = []
    for name in names:
        seconds = max(1, arguments.seconds * SHARES[name] // sum(SHARES[one] for one in names))
        if name in LIBFUZZER:
            code = libfuzzer(name, seconds, arguments.seed)
        else:
            command = [sys.executable, str(HERE / f"fuzz_{name}.py"), "--seconds", str(seconds)]
            command += ["--seed", str(arguments.seed)]
            code = subprocess.run(command, timeout=seconds + PATIENCE).returncode
        if code:
            found.append(name)
    if found:
        print(f"FAILED {', '.join(found)}: see {FINDINGS}, and --seed {arguments.seed}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
