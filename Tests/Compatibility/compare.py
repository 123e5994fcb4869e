"""Holds what our worker answered against what it has to answer."""

import json
from typing import Any

from model import (
    ANY,
    ANY_STRING_DETAIL,
    DETAIL,
    ERROR_LINE,
    STREAM_TYPE,
    Case,
    Matcher,
    Observation,
    Want,
    canonical,
    shortened,
)


def _body_matches(matcher: Matcher, seen: Observation) -> bool:
    if matcher is ANY:
        return True
    try:
        value = json.loads(seen.get("lines" if matcher is ERROR_LINE else "body", ""))
    except ValueError:
        return False
    if matcher is ERROR_LINE:
        last = value[-1] if isinstance(value, list) and value else None
        return isinstance(last, dict) and list(last) == ["error"] and bool(last["error"])
    text = value.get("detail") if isinstance(value, dict) and list(value) == ["detail"] else None
    return isinstance(text, str) and (matcher is ANY_STRING_DETAIL or (matcher is DETAIL and text != ""))


def _against_want(want: Want, seen: Observation) -> list[str]:
    wrong = []
    if seen["status"] != want.status:
        wrong.append(f"status {seen['status']}, wanted {want.status}")
    if want.body is not ANY and seen["type"] != want.type:
        wrong.append(f"type {seen['type']}, wanted {want.type}")
    expected: Any = want.body if want.lines is None else want.lines
    if "malformed" in seen:
        wrong.append(seen["malformed"])
    elif isinstance(expected, Matcher):
        if not _body_matches(expected, seen):
            wrong.append(f"body {seen}, wanted {expected}")
    elif expected is None:
        if seen.get("text", "") != "":
            wrong.append(f"body {seen['text']!r}, wanted none")
    else:
        got = seen.get("lines" if want.lines is not None else "body")
        if got != shortened(canonical(expected)):
            wrong.append(f"body {got}, wanted {shortened(canonical(expected))}")
    if want.allow is not None and tuple(seen.get("allow", ())) != tuple(sorted(want.allow)):
        wrong.append(f"Allow {seen.get('allow')}, wanted {sorted(want.allow)}")
    if want.retry_after != seen.get("retry_after", False):
        wrong.append(f"Retry-After {seen.get('retry_after', False)}, wanted {want.retry_after}")
    if want.interim != seen.get("interim", 0):
        wrong.append(f"{seen.get('interim', 0)} interim answers, wanted {want.interim}")
    return wrong


def _against_original(original: Observation, seen: Observation) -> list[str]:
    keys = sorted((set(original) | set(seen)) - {"end"})
    return [
        f"{key} {seen.get(key)!r}, the original: {original.get(key)!r}"
        for key in keys
        if seen.get(key) != original.get(key)
    ]


def _stream_end(case: Case, seen: Observation) -> list[str]:
    """Better 11: every chunked stream tells in a trailer how it ended."""
    wanted = case.end if seen["type"] == STREAM_TYPE and seen["framing"] == "chunked" else None
    if seen.get("end") == wanted:
        return []
    return [f"X-Stream-End {seen.get('end')}, wanted {wanted}"]


def judge(case: Case, original: Observation, ours: Observation) -> list[str]:
    """What is wrong with our worker's answers; nothing if all is well."""
    wants: list[Any] = list(case.differs.wants) if case.differs else original["answers"]
    answers = ours["answers"]
    wrong = [line for seen in answers for line in _stream_end(case, seen)]
    if len(answers) != len(wants):
        wrong.append(f"{len(answers)} answers, wanted {len(wants)}")
    for want, seen in zip(wants, answers, strict=False):  # their number has been compared
        check = _against_want if isinstance(want, Want) else _against_original
        wrong += check(want, seen)
    after = case.differs.after if case.differs and case.differs.after else original["after"]
    if after not in (ours["after"], "either"):
        wrong.append(f"connection {ours['after']}, wanted {after}")
    return wrong


def is_needless(case: Case, original: Observation) -> bool:
    """An allowance that the original itself would meet says nothing, and is to go. (Where only the wording or
    the end of the connection is free, meeting it is fine.)"""
    if (
        case.differs is None
        or case.differs.after == "either"
        or any(isinstance(form, Matcher) for want in case.differs.wants for form in (want.body, want.lines))
    ):
        return False
    return not [line for line in judge(case, original, original) if not line.startswith("X-Stream-End")]
