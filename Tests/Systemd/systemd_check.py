#!/usr/bin/env python3
"""The units, checked against a real user manager of our own; ends with "N passed, N failed"."""

import argparse
import os
import sys
import traceback

import checks_account
import checks_journal
import checks_life
import checks_socket
import checks_tokens
import checks_units
from bench import ROOT, Bench
from user_manager import Unavailable, UserManager


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build/release/universal-worker"))
    parser.add_argument("--fixtures", default=os.path.join(ROOT, ".build/fixtures"))
    parser.add_argument("--only", help="runs the checks whose names contain this")
    parser.add_argument("--without-notify", action="store_true",
                        help="for a worker that does not speak to systemd: a stand-in says READY=1,"
                        " and the checks of readiness, status and watchdog are left out")
    options = parser.parse_args()
    try:
        manager = UserManager()
    except Unavailable as reason:
        print(f"skipped: {reason}")
        print("0 passed, 0 failed")
        return 0
    passed = failed = 0
    try:
        bench = Bench(manager, options.binary, options.fixtures, not options.without_notify)
        for check in (checks_units.CHECKS + checks_life.CHECKS + checks_socket.CHECKS
                      + checks_tokens.CHECKS + checks_journal.CHECKS + checks_account.CHECKS):
            if options.only and options.only not in check.__name__:
                continue
            if options.without_notify and check in checks_life.NEED_NOTIFY:
                print(f"-- {check.__doc__}: left out")
                continue
            try:
                check(bench)
                passed += 1
                print(f"ok {check.__doc__}", flush=True)
            except checks_life.Skip as reason:
                print(f"-- {check.__doc__}: skipped, {reason}", flush=True)
            except Exception:  # whatever it is, the other checks are still of interest
                failed += 1
                print(f"FAILED {check.__doc__}\n{traceback.format_exc()}", flush=True)
        if failed:
            print(f"The workers' log:\n{bench.log()}\nThe manager's:\n{manager.messages()}")
    finally:
        manager.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
