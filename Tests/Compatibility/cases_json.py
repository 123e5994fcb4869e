"""What a body may be: every shape of JSON there and back, and everything that is no JSON or no call."""

import json
import random
from typing import Any

from build import BAD_BODY, call, dumps, echoed, get, instead, instead_lines, post
from model import Case, Difference
from wire import request

CHOKES = "Decided: what is valid JSON reaches the plugin as it stands; Python chokes on it"
NO_JSON = "Decided: NaN, Infinity, lone surrogates, UTF-16 and UTF-32 are not JSON here"
NO_CALL = "Decided: args is an array, kwargs an object"


def _body(name: str, body: bytes, differs: Difference | None = None, path: str = "/execute") -> Case:
    return post(name, path, body, differs=differs)


def _args(name: str, text: bytes, differs: Difference | None = None) -> Case:
    return _body(name, b'{"args":[' + text + b"]}", differs)


def values() -> list[Case]:
    texts = (
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-1",
        "1.0",
        "-0.0",
        "1e2",
        "1E+2",
        "1e-2",
        "0.1",
        "1.5e300",
        "5e-324",
        "2.2250738585072014e-308",
        "1e-400",
        "3.141592653589793238462643383279",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "123456789012345678901234567890",
        "1" + "0" * 400,
        '""',
        '"a"',
        '"\\u0000"',
        '"\\ud83d\\ude00"',
        '"\U0001f600"',
        '"\\/\\b\\f\\n\\r\\t\\"\\\\"',
        '"\u2028\u2029\u0085\u007f\u00a0\ufeff"',
        '"\\u2028\\u0085"',
        '"\uffff\ufffe\ufdd0"',
        '"e\u0301 \u00e9 \u202eabc"',
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        '{"":""}',
        '{"a":{"a":{"a":1}}}',
        '{"z":1,"a":2,"m":3}',
        '[null,true,1,"x",[],{}]',
        '"' + "y" * 5000 + '"',
    )
    cases = [_args(f"value {text[:40]}", text.encode()) for text in texts]
    cases += [
        post(f"streamed value {text[:40]}", "/execute_stream", b'{"args":[%s]}' % text.encode())
        for text in texts[:12] + texts[24:36]
    ]
    cases += [
        post(f"value result {text[:40]}", "/execute", b'{"kwargs":{"do":"value","value":%s}}' % text.encode())
        for text in texts
    ]
    return cases


def _random_value(source: random.Random, depth: int) -> Any:
    kind = source.randrange(9 if depth else 7)
    match kind:
        case 0:
            return source.choice([None, True, False])
        case 1:
            return source.randrange(-(10 ** source.randrange(1, 40)), 10 ** source.randrange(1, 40))
        case 2:
            return source.uniform(-1, 1) * 10.0 ** source.randrange(-300, 300)
        case 3 | 4 | 5 | 6:
            alphabet = 'abc "\\/\0\n\r\t\u0085\u2028\u2029äß€🐙\u07ff\uffff\U0010ffff'
            return "".join(source.choices(alphabet, k=source.randrange(12)))
        case 7:
            return [_random_value(source, depth - 1) for _ in range(source.randrange(6))]
        case _:
            return {
                str(_random_value(source, 0)): _random_value(source, depth - 1)
                for _ in range(source.randrange(6))
            }


def random_values() -> list[Case]:
    cases = []
    for seed in range(60):
        source = random.Random(seed)
        args = [_random_value(source, 4) for _ in range(3)]
        kwargs = {f"k{i}": _random_value(source, 3) for i in range(3)}
        text = json.dumps(
            {"args": args, "kwargs": kwargs}, ensure_ascii=bool(seed % 2), indent=seed % 3 or None
        )
        cases.append(
            post(f"random call {seed}", "/execute" if seed % 5 else "/execute_stream", text.encode())
        )
    return cases


def shapes() -> list[Case]:
    good = (
        b"{}",
        b'{"args":[]}',
        b'{"kwargs":{}}',
        b'{"args":[1]}',
        b'{"kwargs":{"a":1}}',
        b'{"kwargs":{},"args":[2]}',
        b'{"other":1}',
        b'{"args":[1],"other":[[[]]],"kwargs":{}}',
        b' \t\r\n{ "args" : [ 1 , 2 ] } \n',
        b'{"args":[1],"args":[2]}',
        b'{"args":5,"args":[2]}',
        b'{"kwargs":{"a":1},"kwargs":{"b":2}}',
        b'{"kwargs":{"a":1,"b":0,"a":2}}',
        b'{"\\u0061rgs":[3]}',
        b'{"kwargs":{"\\u0061":1,"a":2}}',
        b'{"kwargs":{"self":1,"args":2,"kwargs":3,"call":4}}',
        b'{"kwargs":{"":1,"\xc3\xa4":2," ":3}}',
        b'{"Args":[1],"ARGS":[2]}',
        b'{"args":[1]}\n\n',
        b'{"kwargs":{"d\\u006f":"value","value":1}}',
    )
    cases = [_body(f"call {text.decode()!r}", text) for text in good]
    bad = (
        '{"args":null}',
        '{"args":{}}',
        '{"args":{"a":1}}',
        '{"args":"abc"}',
        '{"args":""}',
        '{"args":1}',
        '{"args":true}',
        '{"args":1.5}',
        '{"kwargs":null}',
        '{"kwargs":[]}',
        '{"kwargs":[1]}',
        '{"kwargs":[["a",1]]}',
        '{"kwargs":"abc"}',
        '{"kwargs":""}',
        '{"kwargs":1}',
        '{"kwargs":false}',
        '{"args":[1],"args":null}',
        '{"args":[1],"kwargs":null}',
    )
    for text in bad:
        cases.append(_body(f"no call {text}", text.encode(), instead(NO_CALL, 400)))
        cases.append(
            _body(f"no call, streamed {text}", text.encode(), instead(NO_CALL, 400), "/execute_stream")
        )
    return cases


def not_objects() -> list[Case]:
    texts = ("", " ", "null", "true", "1", "1.5", '"x"', "[]", "[1,2]", '[{"args":[]}]')
    cases = [
        _body(f"body {text!r} on {path}", text.encode(), BAD_BODY, path)
        for text in texts
        for path in ("/execute", "/execute_stream")
    ]
    return cases


def malformed() -> list[Case]:
    texts = (
        b"{",
        b"}",
        b"[",
        b'{"args":[1]',
        b'{"args":[1}',
        b'{"args":[1,]}',
        b'{"args":[,1]}',
        b'{"args":[1 2]}',
        b"{'args':[]}",
        b"{args:[]}",
        b'{"args"}',
        b'{"args":}',
        b'{"args":[],}',
        b'{"args":[]}x',
        b'{"args":[]}{}',
        b'{"args":[]},',
        b'{"args":[01]}',
        b'{"args":[1.]}',
        b'{"args":[.5]}',
        b'{"args":[+1]}',
        b'{"args":[1e]}',
        b'{"args":[0x1]}',
        b'{"args":[-]}',
        b'{"args":[nul]}',
        b'{"args":[nullx]}',
        b'{"args":[True]}',
        b'{"args":["a]}',
        b'{"args":["\n"]}',
        b'{"args":["\t"]}',
        b'{"args":["\\x"]}',
        b'{"args":["\\u12"]}',
        b'{"args":["\\u12g4"]}',
        b'{"args":["\0"]}',
        b"// c\n{}",
        b"/* c */{}",
        b'{"a":1 "b":2}',
        b"{1:2}",
        b"\0",
        b"\0{}",
        b"{}\0",
        b"hello",
        b"args=1&kwargs=2",
        b"<xml/>",
        b'{"other":[1,]}',
        b'{"other":tru}',
        b'{"args":[1_000]}',
        b'{"args":[1,\x0b2]}',
        b'{"args":[1,\xc2\xa02]}',
        b'{"args":[],"kwargs":{"a":1,}}',
    )
    cases = [_body(f"malformed {text!r}", text, BAD_BODY) for text in texts]
    cases += [_body(f"malformed, streamed {text!r}", text, BAD_BODY, "/execute_stream") for text in texts[:8]]
    return cases


def encodings() -> list[Case]:
    text = '{"args":["ä€🐙"]}'
    refused = instead(NO_JSON, 400)
    cases = [
        _body("UTF-8 with a BOM", b"\xef\xbb\xbf" + text.encode()),
        _body("UTF-8 with two BOMs", b"\xef\xbb\xbf" * 2 + text.encode(), BAD_BODY),
        _body("a BOM alone", b"\xef\xbb\xbf", BAD_BODY),
        _body("a BOM within a string", '{"args":["\ufeffx"]}'.encode()),
        post("stream, UTF-8 with a BOM", "/execute_stream", b"\xef\xbb\xbf" + text.encode()),
        post("initialize, UTF-8 with a BOM", "/initialize", b'\xef\xbb\xbf{"a":1}'),
    ]
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        cases.append(_body(f"body in {name}", text.encode(name), refused))
    cases.append(post("initialize in utf-16", "/initialize", '{"a":1}'.encode("utf-16"), differs=refused))
    invalid = {
        "a lone continuation": b"\x80",
        "a cut sequence": b"\xc3",
        "overlong": b"\xc0\xaf",
        "Latin-1": b"\xe4b",
        "past U+10FFFF": b"\xf4\x90\x80\x80",
        "0xff": b"\xff",
        "cut at the end": b"\xf0\x9f\x90",
    }
    cases += [_args(f"invalid UTF-8: {what}", b'"' + raw + b'"', BAD_BODY) for what, raw in invalid.items()]
    cases.append(_args("a surrogate in UTF-8", b'"\xed\xa0\x80"', refused))
    cases.append(_body("invalid UTF-8 in a key", b'{"\xff":1}', BAD_BODY))
    surrogates = (rb"\ud800", rb"\udc00", rb"\ud800\ud800", rb"\udc00\ud800", rb"\ud800x", rb"\ud83d \ude00")
    cases += [_args(f"lone surrogate {raw.decode()}", b'"' + raw + b'"', refused) for raw in surrogates]
    cases.append(_body("lone surrogate in a key", rb'{"kwargs":{"\ud800":1}}', refused))
    cases.append(_body("lone surrogate in what is ignored", rb'{"other":"\ud800"}', refused))
    return cases


def numbers() -> list[Case]:
    refused = instead(NO_JSON, 400)
    cases = [_args(f"number {text}", text.encode(), refused) for text in ("NaN", "Infinity", "-Infinity")]
    cases += [
        _body("NaN in what is ignored", b'{"other":NaN}', refused),
        post("initialize with NaN", "/initialize", b'{"a":NaN}', differs=refused),
    ]
    cases += [
        _args(f"number {text}", text.encode(), BAD_BODY)
        for text in ("nan", "inf", "-NaN", "+Infinity", "infinity")
    ]
    for text in ("1e400", "-1e400", "1e999999"):
        huge = float(text)
        body = b'{"args":[%s]}' % text.encode()
        reaches = instead(CHOKES, 200, echoed([huge]))
        lines = instead_lines(CHOKES, [echoed([huge])])
        cases += [
            post(f"number {text}", "/execute", body, differs=reaches, python=None),
            post(f"streamed number {text}", "/execute_stream", body, differs=lines, python=None),
        ]
    long = "7" * 5000
    cases.append(_args("integer of 4300 digits", b"7" * 4300))
    cases.append(
        post(
            "integer of 5000 digits",
            "/execute",
            b'{"args":[%s]}' % long.encode(),
            differs=instead(CHOKES, 200, echoed([int_of(long)])),
            python=BAD_BODY,  # Python itself reads no more than 4300 digits
        )
    )
    cases.append(_args("fraction of 5000 digits", b"0." + b"3" * 5000))
    return cases


def int_of(digits: str) -> int:
    """int() of any length, without touching the limit that the process may have."""
    value = 0
    for start in range(0, len(digits), 1000):
        part = digits[start : start + 1000]
        value = value * 10 ** len(part) + int(part)
    return value


def depths() -> list[Case]:
    """`levels` counts every array and object of the body, the outermost included."""
    cases = []
    for levels in (10, 100, 400, 900, 990, 998, 999, 1000, 1001, 1002, 1100, 5000, 100_000):
        inner = b"[" * (levels - 2) + b"]" * (levels - 2)
        body = b'{"args":[' + inner + b"]}"
        differs: Difference | None = None
        if levels > 1000:
            differs = instead("Decided: nesting past 1,000 levels is 400", 400)
        else:
            differs = instead(CHOKES, 200, echoed([nested(levels - 2)])) if levels > 200 else None
        cases.append(_body(f"{levels} levels", body, differs))
    deep = b"[" * 1001 + b"]" * 1001
    too_deep = instead("Decided: nesting past 1,000 levels is 400", 400)
    cases += [
        _body("1001 levels of objects", b'{"kwargs":' + b'{"a":' * 999 + b"{}" + b"}" * 999 + b"}", too_deep),
        _body(
            "1001 levels, streamed",
            b'{"args":[' + b"[" * 999 + b"]" * 999 + b"]}",
            too_deep,
            "/execute_stream",
        ),
        _body("too deep in what is ignored", b'{"other":' + deep + b"}", too_deep),
        post("initialize, 1001 levels", "/initialize", deep, differs=too_deep),
        _body("100000 open brackets", b"[" * 100_000, BAD_BODY),
        _body("deep inside a string is not deep", dumps({"args": ["[" * 3000]})),
        _body("wide is not deep", b'{"args":[' + b",".join([b"[]"] * 3000) + b"]}"),
    ]
    return cases


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


def large() -> list[Case]:
    megabyte = "ä" * 500_000
    objects = [{"i": i, "s": f"item {i}", "f": i / 7} for i in range(15_000)]
    return [
        _body("1 MB string", call(megabyte)),
        _body("1 MB of objects", dumps({"args": [objects]})),
        post("1 MB string, streamed", "/execute_stream", call(megabyte)),
        _body("1 MB key", dumps({"kwargs": {megabyte: 1}})),
        _body("1 MB of what is ignored", dumps({"other": megabyte, "args": [1]})),
        _body("1 MB of spaces", b'{"args":[' + b" " * 1_000_000 + b"1]}"),
        _body("1 MB malformed", b'{"args":["' + b"x" * 1_000_000, BAD_BODY),
        _body("1 MB of escapes", b'{"args":["' + rb"\u00e4" * 170_000 + b'"]}'),
        post("initialize with 1 MB", "/initialize", dumps({"a": megabyte})),
        get("config of 1 MB", "/config"),
        post("initialize small again", "/initialize", b"{}"),
        Case("1 MB, sent in pieces", _pieces(request("POST", "/execute", call(megabyte)), 100_000)),
        post("cleanup with 1 MB", "/cleanup", dumps(megabyte)),
        post("cancel with 1 MB", "/cancel", dumps(megabyte)),
        post("1 MB to an unknown path", "/nope", dumps(megabyte)),
        _body("20000 args", dumps({"args": list(range(20_000))})),
        _body("2000 kwargs", dumps({"kwargs": {f"key{i}": i for i in range(2000)}})),
    ]


def _pieces(data: bytes, size: int) -> tuple[bytes, ...]:
    return tuple(data[i : i + size] for i in range(0, len(data), size))


def all_cases() -> list[Case]:
    return (
        values()
        + random_values()
        + shapes()
        + not_objects()
        + malformed()
        + encodings()
        + numbers()
        + depths()
        + large()
    )
