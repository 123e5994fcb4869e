#!/usr/bin/env python3
"""Compares the worker with bare C servers on the same library and with the original, in one run.

Prints a table and writes bench.json. Targets are reported and never make it fail.
"""

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterator

import counts
import events
import option_costs
import python_plugin
import real_calls
import traffic
from machine import machine
from rows import Section, table, verdicts
from servers import (
    FLOOR,
    HERE,
    ORIGINAL,
    QUICKER,
    ROOT,
    STRICT,
    WORKER,
    Server,
    Unusable,
    compile_all,
    prepare_original,
    prepare_quicker_original,
)


@contextlib.contextmanager
def stage(name: str) -> Iterator[None]:
    began = time.monotonic()
    print(f"{name} …", end="", file=sys.stderr, flush=True)
    yield
    print(f" {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def measure(effort: traffic.Effort, kinds: list[str]) -> list[Section]:
    memory = traffic.MemoryRows()
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server(kind)) for kind in kinds]
        for server in servers:
            server.get("/health")
        memory.note(servers, "idle", limits={"resident": 12, "anonymous": 3})
        with stage("requests"):
            requests = traffic.requests(servers, effort)
        with stage("streams"):
            streams = traffic.streams(servers, effort)
        memory.note(servers, "after requests and streams")
        with stage("large bodies"):
            bodies = traffic.bodies(servers, effort)
        # The worker gives memory back when it has been idle for a second.
        time.sleep(2)
        memory.note(servers, "2 s after large bodies")
    quicker = quicker_original(effort) if ORIGINAL in kinds else []
    memory.note_ten((WORKER, FLOOR))
    with stage("options"):
        asked = option_costs.measure(effort)
    with stage("start and end"):
        life = events.starts(kinds, effort)
    with stage("beside a busy plugin"):
        busy = events.saturation(kinds, effort)
    with stage("counts"):
        counted = counts.counts()
    return [requests, *quicker, streams, bodies, asked, busy, life, memory.section(), counted]


def quicker_original(effort: traffic.Effort) -> list[Section]:
    if reason := prepare_quicker_original():
        print(f"without the original on uvloop: {reason}", file=sys.stderr)
        return []
    path = {"PYTHONPATH": f"{HERE}:{QUICKER}"}
    with stage("the original on uvloop"), Server(WORKER) as worker, Server(ORIGINAL, more=path) as original:
        return [traffic.quicker_original([worker, original], effort)]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer and shorter rounds: about half a minute")
    options.add_argument("--without-original", action="store_true", help="leaves the original out")
    options.add_argument("--only", choices=("python", "real"), help="only the rows of Python plugins, or of real ones")
    chosen = options.parse_args()
    try:
        with stage("compiling"):
            compile_all()
        kinds = [WORKER, FLOOR, STRICT]
        if not chosen.without_original:
            if reason := prepare_original():
                print(f"without the original: {reason}", file=sys.stderr)
            else:
                kinds.append(ORIGINAL)
        about = {**machine(), "original": "cjm-plugin-system 0.0.28" if ORIGINAL in kinds else "not measured"}
        effort = traffic.QUICK if chosen.quick else traffic.FULL
        sections = [] if chosen.only else measure(effort, kinds)
        is_held = ORIGINAL in kinds
        python = python_plugin.measure(effort, stage) if is_held and chosen.only != "real" else []
        real = real_calls.measure(effort, stage) if is_held and chosen.only != "python" else []
    except Unusable as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print("\n".join(f"{name + ':':26}{value}" for name, value in about.items()), end="\n\n")
    if sections:
        print(table(sections), verdicts(sections), sep="\n\n", end="\n\n")
    for title, rows in (("PYTHON PLUGIN", python), ("REAL PLUGIN", real)):
        if rows:
            print(python_plugin.table(title, rows), end="\n\n")
    result = {
        "machine": about,
        "quick": chosen.quick,
        "sections": {section.title: [row.json() for row in section.rows] for section in sections},
        "python plugin": [row.json() for row in python],
        "real plugins": [row.json() for row in real],
    }
    (ROOT / "bench.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
