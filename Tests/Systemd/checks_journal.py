"""What the journal makes of the worker's lines."""

import json
import os

from apart import run_apart
from bench import HERE
from checks_life import Skip
from journal import JOURNALD, TRACE

PRIORITIES = {"error": 3, "warning": 4, "info": 6, "debug": 7}


def entries_of(bench, job, plugin):
    """What journalctl shows of a worker on a journald of its own."""
    if not os.access(JOURNALD, os.X_OK):
        raise Skip(f"there is no {JOURNALD}")
    printed = run_apart(bench, "journal.py", job, bench.binary, plugin)
    return [json.loads(line) for line in printed.splitlines()]


def priorities_are_the_workers(bench):
    """Each line is one entry of the journal, with the worker's priority and nobody else's"""
    entries = [(int(entry["PRIORITY"]), entry["MESSAGE"]) for entry in
               entries_of(bench, "stream", os.path.join(bench.plugins, "printing.so"))]
    for priority, message in entries:
        # The moment, the level, the text: a piece of a line would begin in its middle.
        words = message.split(" ", 2)
        assert words[0].startswith("20") and priority == PRIORITIES[words[1]], (priority, words)
    # 60,000 bytes that are four each in the log, in pieces of 8 KiB, and once as a message.
    assert sum(message.count("\\x1b") > 1000 for _, message in entries) == 9
    assert {priority for priority, _ in entries} == {3, 4, 6}


def fields_are_the_journals(bench):
    """With --log-format journal, journalctl has fields of requests, failed calls and plugin's lines"""
    entries = entries_of(bench, "native", os.path.join(HERE, "speaker.py"))

    def one(**fields):
        found = [entry for entry in entries if fields.items() <= entry.items()]
        assert len(found) == 1, (fields, entries)
        return found[0]

    call = {"UW_CALL": "fails", "UW_TRACE": TRACE, "UW_ENDPOINT": "/execute", "UW_STATUS": "500"}
    failed = one(**call, PRIORITY="4")
    assert failed["MESSAGE"].startswith("call failed: ") and "what\nfails" in failed["MESSAGE"]
    request = one(**call, PRIORITY="6")
    assert request["UW_METHOD"] == "POST" and request["UW_OUTCOME"] == "error"
    assert request["UW_PEER"].startswith("127.0.0.1:") and int(request["UW_BYTES"]) > 0
    for entry in (failed, request):
        assert int(entry["UW_DURATION"]) >= 0 and entry["SYSLOG_IDENTIFIER"] == "universal-worker"
    assert len({request["MESSAGE_ID"], failed["MESSAGE_ID"]}) == 2
    one(MESSAGE="plugin stderr: speaking", UW_CALL="speaks", UW_TRACE=TRACE, PRIORITY="6")
    one(UW_CALL="speaks", UW_STATUS="409", UW_OUTCOME="cancelled")
    assert all(entry["UW_STATUS"] == "200" for entry in entries
               if entry.get("UW_ENDPOINT") == "/health")


CHECKS = [priorities_are_the_workers, fields_are_the_journals]
