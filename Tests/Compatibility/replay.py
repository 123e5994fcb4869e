#!/usr/bin/env python3
"""Puts the same raw requests to the original worker and to ours, and compares the answers.

The original's answers come from the original itself, or from a recording (--replay). Ours runs the same
plugin in C, or with `--plugin python` the very class that the original runs. Where the two may differ, the
case holds our answer, so that every answer of ours is checked exactly.
"""

import argparse
import json
import sys
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cases_framing
import cases_json
import cases_plugin
import cases_routes
import cases_start
from compare import is_needless, judge
from model import AS_NATIVE, REFERENCE, Case, Observation, observe
from workers import Unusable, Worker, compile_plugin, original_command, original_versions, our_command

Recording = dict[str, Observation]
SIDE_BY_SIDE = 6  # workers


def all_cases() -> list[Case]:
    cases = [
        *cases_routes.all_cases(),
        *cases_framing.all_cases(),
        *cases_json.all_cases(),
        *cases_plugin.all_cases(),
    ]
    names = [(case.plugin, case.name) for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise SystemExit(f"case names given twice: {sorted(twice)}")
    return cases


def key(case: Case) -> str:
    return f"{case.plugin}: {case.name}"


def _observe_class(command: Sequence[str], module: str, plugin: str, cases: Sequence[Case]) -> Recording:
    with Worker.start(command, module, plugin) as worker:
        worker.wait_ready()
        seen = {}
        for case in cases:
            seen[key(case)] = {"request": case.digest(), **observe(case, worker.port, worker.pid)}
            if worker.process.poll() is not None:
                raise Unusable(
                    f"the worker ended (exit code {worker.process.poll()}) at case '{key(case)}'; it "
                    f"said:\n{worker.output()[-2000:]}"
                )
        return seen


def observe_all(command: Sequence[str], cases: Sequence[Case], library: str | None = None) -> Recording:
    """The answers to all cases: a worker for each class of plugin, some side by side; its cases in order.

    `library` is loaded in place of the modules that the cases name.
    """
    plugins = list(dict.fromkeys((case.module, case.plugin) for case in cases))
    threading.stack_size(256 << 20)  # the deep cases are parsed here too
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        parts = [
            pool.submit(
                _observe_class,
                command,
                library or module,
                plugin,
                [case for case in cases if case.plugin == plugin],
            )
            for module, plugin in plugins
        ]
        return {name: seen for part in parts for name, seen in part.result().items()}


def write_recording(path: Path, recording: Recording) -> None:
    lines = [json.dumps({"original": original_versions()})]
    lines += [json.dumps({"case": name, **seen}, sort_keys=True) for name, seen in recording.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_recording(path: Path) -> Recording:
    recording = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        seen = json.loads(line)
        recording[seen.pop("case")] = seen
    return recording


def stale(cases: Iterable[Case], recording: Recording) -> list[str]:
    return [key(case) for case in cases if recording.get(key(case), {}).get("request") != case.digest()]


def report(results: Iterable[tuple[str, list[str]]], verbose: bool) -> int:
    passed = failed = 0
    for name, wrong in results:
        passed, failed = passed + (not wrong), failed + bool(wrong)
        if wrong:
            print(f"FAIL  {name}")
            for line in wrong:
                print(f"      {line}")
        elif verbose:
            print(f"ok    {name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def check_original(
    cases: Sequence[Case], fresh: Recording, recorded: Recording | None
) -> list[tuple[str, list[str]]]:
    """That the original answers as recorded, and differs wherever a difference is allowed."""
    results = []
    for case in cases:
        wrong = (
            ["the original itself answers like this: the allowance is needless"]
            if is_needless(case, fresh[key(case)])
            else []
        )
        if recorded is not None and recorded[key(case)] != fresh[key(case)]:
            wrong.append(f"now {fresh[key(case)]}, recorded {recorded[key(case)]}")
        results.append((key(case), wrong))
    return results


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--record", type=Path, metavar="FILE", help="store the original's answers, and stop")
    mode.add_argument(
        "--replay", type=Path, metavar="FILE", help="take the original's answers from a recording"
    )
    mode.add_argument("--verify", type=Path, metavar="FILE", help="hold the original against its recording")
    parser.add_argument(
        "--plugin", choices=("native", "python"), default="native", help="which plugin our worker runs"
    )
    parser.add_argument(
        "--native", metavar="COMMAND", help="our worker (default: .build/release/universal-worker)"
    )
    parser.add_argument("--module", help="the library that it loads (default: the C plugin, compiled)")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only the cases with this text in their name"
    )
    parser.add_argument("--verbose", "-v", action="store_true", help="name the cases that pass, too")
    return parser.parse_args()


def run_original(options: argparse.Namespace, cases: Sequence[Case]) -> int:
    """Records the original's answers, or holds it against what was recorded."""
    fresh = observe_all(original_command(), cases)
    recorded = read_recording(options.verify) if options.verify else None
    if options.record:
        write_recording(options.record, fresh)
    elif missing := stale(cases, recorded or {}):
        raise Unusable(f"not in the recording, or with other bytes: {missing[:5]}; record anew")
    return report(check_original(cases, fresh, recorded), options.verbose)


def ours(cases: Sequence[Case], python: bool) -> list[Case]:
    """The cases that the chosen plugin can be put to, each with what may differ with it."""
    if not python:
        return [case for case in cases if case.module == REFERENCE]
    return [case if case.python is AS_NATIVE else replace(case, differs=case.python) for case in cases]


def run(options: argparse.Namespace) -> int:
    cases = [case for case in all_cases() if options.only in key(case)]
    if options.record or options.verify:
        return run_original(options, cases)
    python = options.plugin == "python"
    cases = ours(cases, python)
    command = our_command(options.native, python)
    library = None if python else options.module or str(compile_plugin())
    if options.replay:
        original = read_recording(options.replay)
        if missing := stale(cases, original):
            raise Unusable(f"not in the recording, or with other bytes: {missing[:5]}; record anew")
    else:
        original = observe_all(original_command(), cases)
    seen = observe_all(command, cases, library)
    results = [(key(case), judge(case, original[key(case)], seen[key(case)])) for case in cases]
    if not options.only or options.only in "command line":
        results += cases_start.check(command, library or REFERENCE, python)
    return report(results, options.verbose)


def main() -> int:
    sys.setrecursionlimit(50_000)
    sys.set_int_max_str_digits(0)
    try:
        return run(arguments())
    except Unusable as error:
        print(f"replay.py: {error}", file=sys.stderr)
        print("0 passed, 1 failed")
        return 1


if __name__ == "__main__":
    sys.exit(main())
