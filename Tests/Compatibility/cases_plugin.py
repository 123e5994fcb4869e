"""What plugins do: results, errors, streams, progress, configuration, cleanup, and what they leave out."""

from typing import Any

from build import dumps, execute, get, instead, post, stream
from model import ANY_STRING_DETAIL, ERROR_LINE, STREAM_TYPE, Case
from reference_plugin import CONSTANTS

MESSAGES = {
    "plain": "it broke",
    "unicode": "kaputt: äöü €🐙",
    "newlines": "one\ntwo\r\nthree\n",
    "separators": "a\u2028b\u2029c\u0085d",
    "quotes": "say \"no\" \\ and 'no'",
    "controls": "\x00\x01\x1f\x7f",
    "long": "x" * 20_000,
    "JSON": '{"detail":"x"}',
    "spaces": "   ",
    "percent": "100% %s %d",
    "HTML": "<b>&amp;</b>",
}
STATUSES = "Statuses: the ABI has kinds of failure which the original has not"
# uw_status of the ABI, and the HTTP status for it.
KINDS = {3: 400, 4: 409, 5: 503, 6: 504, 7: 501}
SILENT = instead(
    "Python's wording in detail is not matched; a plugin that gives no reason may get one",
    500,
    ANY_STRING_DETAIL,
)
NAMED = instead(SILENT.why, 500, {"detail": "RuntimeError"})
# The plugin in C says that its configuration has changed; a class in Python has no way to.
SNAPSHOT = instead(
    "Decided: /config answers from a snapshot taken after create and after each initialize",
    200,
    {"config": {"a": 2}},
)
NOT_JSON = "Python's wording in detail is not matched: a result that is not JSON"
ERROR_AT_END = instead(NOT_JSON, 200, None, type=STREAM_TYPE, lines=ERROR_LINE)


def results(plugin: str) -> list[Case]:
    cases = [execute(f"constant {name}", do="constant", value=name, plugin=plugin) for name in CONSTANTS]
    cases += [
        stream(f"streamed constant {name}", do="constant", value=name, plugin=plugin) for name in CONSTANTS
    ]
    cases += [
        execute("100000 x", do="big_string", value=100_000, plugin=plugin),
        execute("1000 objects", do="big_list", value=1000, plugin=plugin),
        stream("1000 objects in a line", do="big_list", value=1000, plugin=plugin),
        execute("printing plugin", do="print", value="printed by a plugin", plugin=plugin),
        execute("slow call", do="sleep", ms=30, plugin=plugin),
        execute("unknown behaviour is an echo", 1, do="nothing known", plugin=plugin),
        execute("emit outside a stream", do="wrong_call", plugin=plugin),
        execute("progress of no call", do="stale", plugin=plugin),
    ]
    for wrong in ("not_json", "not_utf8", "two_values"):
        cases.append(execute(wrong, do=wrong, plugin=plugin, differs=instead(NOT_JSON, 500)))
        cases.append(stream(f"{wrong}, streamed", do=wrong, plugin=plugin, end="error", differs=ERROR_AT_END))
    return cases


def errors(plugin: str) -> list[Case]:
    cases = []
    for name, message in MESSAGES.items():
        cases.append(execute(f"fails: {name}", do="fail", message=message, plugin=plugin))
        cases.append(
            stream(f"stream fails at once: {name}", do="fail", message=message, end="error", plugin=plugin)
        )
    cases += [
        execute("fails with an empty message", do="fail", message="", plugin=plugin, differs=SILENT, python=NAMED),
        execute("fails without a message", do="fail", plugin=plugin, differs=SILENT, python=NAMED),
        execute("works after failing", 1, plugin=plugin),
    ]
    for kind, status in KINDS.items():
        differs = instead(STATUSES, status, {"detail": f"kind {kind}"}, retry_after=status == 503)
        cases.append(
            execute(
                f"fails with status {kind}",
                do="fail",
                message=f"kind {kind}",
                status=kind,
                plugin=plugin,
                differs=differs,
                python=None,
            )
        )
    return cases


def returned_statuses() -> list[Case]:
    """A function that returns a failure without having called finish."""
    cases = []
    for kind, status in {2: 500, **KINDS}.items():
        differs = instead(STATUSES, status, ANY_STRING_DETAIL, retry_after=status == 503)
        cases.append(
            execute(
                f"returns status {kind}, unfinished",
                do="return_status",
                status=kind,
                differs=differs,
                python=NAMED,
            )
        )
    return cases


def streams(plugin: str) -> list[Case]:
    def items(name: str, values: list[Any], end: str = "complete", **more: Any) -> Case:
        return stream(name, do="items", items=values, end=end, plugin=plugin, **more)

    cases = [items(f"stream of {count}", list(range(count))) for count in (0, 1, 2, 3, 10, 100, 5000)]
    cases += [items(f"stream of {name}", [value, value]) for name, value in CONSTANTS.items()]
    cases += [
        items(
            f"stream of three, fails after {after}",
            [1, "zwei", {"3": 3}],
            "error",
            fail_after=after,
            message="bröke\n",
        )
        for after in range(4)
    ]
    cases += [
        items(f"stream that fails: {name}", [1], "error", fail_after=1, message=text)
        for name, text in MESSAGES.items()
    ]
    cases += [
        items("stream that ends in an error of its own", [1, {"error": "a result"}]),
        items("stream of nothing but errors of its own", [{"error": "a"}, {"error": "b"}]),
        items(
            "stream with every line end in it",
            ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"],
        ),
        items("stream with line ends in keys", [{"\u2028": 1, "\x85": {"\u2029\n": 2}}]),
        items("stream of big lines", ["y" * 200_000, "z" * 200_000]),
        stream("counting stream", do="count", count=5, plugin=plugin),
        stream("slow stream", do="count", count=4, ms=15, plugin=plugin),
        stream("stream of args it does not know", 1, 2, a="b", plugin=plugin),
    ]
    pretty = b'{"kwargs":{"do":"items","items":[{\n  "a" : [ 1,\r\n\t2 ]\n} , [\n\n] , "x"\n]}}'
    cases.append(post("stream of pretty-printed items", "/execute_stream", pretty, plugin=plugin))
    return cases


def progress(plugin: str) -> list[Case]:
    """Each: a call that reports, then what GET /progress says."""
    reports = [
        (0.0, ""),
        (0.25, "a quarter"),
        (1.0, "done"),
        (-1.0, "on and on"),
        (0.5, 'ä€🐙 "x"\n\u2028'),
        (0.125, ""),
    ]
    cases = []
    for number, (fraction, message) in enumerate(reports):
        cases.append(
            execute(f"report {number}", do="progress", fraction=fraction, message=message, plugin=plugin)
        )
        cases.append(get(f"progress after report {number}", "/progress", plugin=plugin))
    cases.append(execute("a report without a message", do="progress", fraction=0.75, plugin=plugin))
    cases.append(get("progress without a message", "/progress", plugin=plugin))
    for fraction in (2.0, -0.5, 1.0001, -2.0):
        cases.append(
            execute(f"a report of {fraction}", do="progress", fraction=fraction, message="no", plugin=plugin)
        )
    cases += [
        stream("a stream that reports", do="count", count=3, plugin=plugin),
        get("progress after a stream", "/progress", plugin=plugin),
    ]
    return cases


def configuration(plugin: str) -> list[Case]:
    configs = (
        b"{}",
        b'{"size":3}',
        b'{"a":{"b":[1,2,{"c":null}]},"\xc3\xa4":"\xe2\x82\xac"}',
        b"null",
        b"true",
        b"[]",
        b"[1,2]",
        b"0",
        b"1.5",
        b'""',
        b'"text"',
        b"123456789012345678901234567890",
        b' {\n "z" : 1, "a" : 2 }\n',
        b'{"a":1,"a":2}',
    )
    cases = [
        get("config before any", "/config", plugin=plugin),
        get("schema before any", "/config_schema", plugin=plugin),
        execute("execute before any initialize", 1, plugin=plugin),
    ]
    for number, config in enumerate(configs):
        cases.append(post(f"initialize {number}", "/initialize", config, plugin=plugin))
        cases.append(get(f"config {number}", "/config", plugin=plugin))
    for name, message in MESSAGES.items():
        cases.append(
            post(f"initialize refused: {name}", "/initialize", dumps({"refuse": message}), plugin=plugin)
        )
    cases.append(get("config after refusals", "/config", plugin=plugin))
    bad = instead("Python's wording in detail is not matched: a config that is no JSON", 400)
    for text in (b"", b" ", b"{", b"{}x", b"{'a':1}", b"\xff", b'{"a":1,}'):
        cases.append(post(f"initialize {text!r}", "/initialize", text, differs=bad, plugin=plugin))
    cases += [
        get("config after malformed ones", "/config", plugin=plugin),
        get("schema after all", "/config_schema", plugin=plugin),
        execute("execute after refusals", 1, plugin=plugin),
        execute("a call that changes the config", do="configure", value={"by": "a call"}, plugin=plugin),
        execute("a call after the change", plugin=plugin),
        get("config after the change", "/config", plugin=plugin, python=SNAPSHOT),
    ]
    return cases


def cleanups(plugin: str) -> list[Case]:
    def count(name: str) -> Case:
        return execute(f"cleanups {name}", do="cleanups", plugin=plugin)

    return [
        count("before any"),
        post("cleanup", "/cleanup", b"", plugin=plugin),
        count("after one"),
        post("cleanup again", "/cleanup", b"", plugin=plugin),
        post("and again", "/cleanup", b"{}", plugin=plugin),
        count("after three"),
        post("cleanup with a body that is no JSON", "/cleanup", b"{{{", plugin=plugin),
        execute("execute after cleanup", 1, plugin=plugin),
        stream("stream after cleanup", 1, plugin=plugin),
        post("initialize after cleanup", "/initialize", b'{"again":true}', plugin=plugin),
        get("config after cleanup", "/config", plugin=plugin),
        get("health after cleanup", "/health", plugin=plugin),
        post("cleanup at last", "/cleanup", b"", plugin=plugin),
        count("at last"),
    ]


def cancels(plugin: str) -> list[Case]:
    return [
        post("cancel when idle", "/cancel", b"", plugin=plugin),
        post("cancel twice", "/cancel", b"{}", plugin=plugin),
        post("cancel with a body that is no JSON", "/cancel", b"[", plugin=plugin),
        execute("execute after an idle cancel", do="sleep", ms=20, plugin=plugin),
        get("progress after cancel", "/progress", plugin=plugin),
    ]


def bare(plugin: str) -> list[Case]:
    """Classes that leave out whatever may be left out."""
    no_initialize = instead(
        "Header: initialize may be NULL; the original fails for want of the method", 200, {"status": "ok"}
    )
    return [
        *(
            get(f"GET {path}", path, plugin=plugin)
            for path in ("/health", "/stats", "/config_schema", "/config", "/progress")
        ),
        execute("echo", 1, a=2, plugin=plugin),
        stream("stream without a stream function", 1, a=2, plugin=plugin),
        execute("fails", do="fail", message="no", plugin=plugin),
        stream("stream of a failing execute", do="fail", message="no", end="error", plugin=plugin),
        post(
            "initialize without the function",
            "/initialize",
            b"{}",
            plugin=plugin,
            differs=no_initialize,
            python=None,
        ),
        get("config of none", "/config", plugin=plugin),
        *cancels(plugin),
        post("cleanup without the function", "/cleanup", b"", plugin=plugin),
        post("cleanup twice", "/cleanup", b"", plugin=plugin),
        execute("echo after it", 1, plugin=plugin),
    ]


def stubborn() -> list[Case]:
    plugin = "Stubborn"
    fails = instead("Better 8: the text of a failing cleanup is told", 500, {"detail": 'cannot clean "up"'})
    return [
        get("health", "/health", plugin=plugin),
        *cancels(plugin),
        post("cleanup that fails", "/cleanup", b"", plugin=plugin, differs=fails),
        post("cleanup that fails again", "/cleanup", b"{}", plugin=plugin, differs=fails),
        execute("execute after it", 1, plugin=plugin),
        stream("stream without a stream function", 1, plugin=plugin),
        post("initialize", "/initialize", b'{"a":1}', plugin=plugin),
        get("config", "/config", plugin=plugin),
    ]


def all_cases() -> list[Case]:
    later = [
        *configuration("Later"),
        *cleanups("Later"),
        *cancels("Later"),
        *results("Later"),
        *errors("Later"),
        *streams("Later"),
        *progress("Later"),
    ]
    return [
        *results("Echo"),
        *errors("Echo"),
        *returned_statuses(),
        *streams("Echo"),
        *progress("Echo"),
        *configuration("Echo"),
        *cancels("Echo"),
        *later,
        *stubborn(),
        *bare("Bare"),
        *bare("Polling"),
    ]
