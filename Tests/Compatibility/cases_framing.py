"""How a message is put on the wire: chunks, pipelining, versions, 100-continue, and what is no HTTP."""

from functools import partial

from build import BAD_BODY, call, closes, echoed, instead
from model import Case, Difference, Want
from wire import chunked, request

HOST = b"Host: 127.0.0.1:@PORT@\r\n"
TE = "Transfer-Encoding: chunked"
SMUGGLING = "Decided: what could smuggle a request is refused, and the connection closed"
CRLF = "HTTP (RFC 9112, 2.2): an empty line before a request line is skipped; h11 refuses it"
FRAMING = "Better 8: the reply to a framing error is JSON, and it closes"
TRAILERS = "Decided: trailers could hide a request from libmicrohttpd 0.9.75, so the connection ends with the answer"


def _post(
    name: str, data: bytes, *headers: str, differs: Difference | None = None, path: str = "/execute"
) -> Case:
    return Case(name, (request("POST", path, data, *headers),), ("POST",), differs)


def chunked_bodies() -> list[Case]:
    body = call("ä€🐙", [1, 2], k={"a": None})
    cases = [_post(f"chunks of {size}", chunked(body, [size]), TE) for size in (1, 2, 3, 7, 4096)]
    cases += [
        _post("chunks of odd sizes", chunked(body, [1, 30, 2, 5]), TE),
        _post("chunk extension", chunked(body, [9], b";name=value"), TE),
        _post("chunk extension, quoted", chunked(body, [9], b';a="b;c"'), TE),
        _post("chunk extension, bare", chunked(body, [9], b";x"), TE),
        _post(
            "trailers",
            chunked(body, [9], trailers=b"X-Sum: 1\r\nX-More: 2\r\n"),
            TE,
            differs=Difference(TRAILERS, (Want(200, echoed(["ä€🐙", [1, 2]], {"k": {"a": None}})),), "closed"),
        ),
        _post(
            "chunk sizes in capitals and with zeros",
            b"00F\r\n" + call()[:15] + b"\r\n%X\r\n" % (len(call()) - 15) + call()[15:] + b"\r\n000\r\n\r\n",
            TE,
        ),
        _post("chunked: CHUNKED", chunked(body, [9]), "transfer-encoding: CHUNKED"),
        _post("chunked stream", chunked(body, [9]), TE, path="/execute_stream"),
        _post("chunked initialize", chunked(b'{"a":1}', [2]), TE, path="/initialize"),
        _post("chunked cleanup", chunked(b"", []), TE, path="/cleanup"),
        _post("chunked cancel with a body", chunked(b"whatever", [3]), TE, path="/cancel"),
        _post(
            "empty chunked body",
            chunked(b"", []),
            TE,
            differs=BAD_BODY,
        ),
        _post("300 KB in chunks of 1000", chunked(call("y" * 300_000), [1000]), TE),
    ]
    whole = request(
        "POST", "/execute", chunked(body, [5]), TE, host="localhost"
    )  # no @PORT@ to be cut in two
    # libmicrohttpd 0.9.75 sees a trailer where it reads the last CR without its LF: open or closed then.
    answered = Difference(TRAILERS, (Want(200, echoed(["ä€🐙", [1, 2]], {"k": {"a": None}})),), "either")
    cases.append(
        Case("chunks, byte by byte", tuple(whole[i : i + 1] for i in range(len(whole))), differs=answered)
    )
    return cases


def split_sends() -> list[Case]:
    whole = request("POST", "/execute", call("split", 1), host="localhost")  # no @PORT@ to be cut in two
    cases = [
        Case(f"sent in two, at byte {at}", (whole[:at], whole[at:]))
        for at in (1, 4, 13, 30, 60, len(whole) - 12, len(whole) - 1)
    ]
    cases.append(Case("sent byte by byte", tuple(whole[i : i + 1] for i in range(len(whole)))))
    cases.append(
        Case(
            "GET byte by byte",
            tuple(bytes([b]) for b in b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            ("GET",),
        )
    )
    return cases


def pipelines() -> list[Case]:
    health, progress = request("GET", "/health"), request("GET", "/progress")
    one, two = request("POST", "/execute", call(1)), request("POST", "/execute", call(2))
    count = request("POST", "/execute_stream", call(do="items", items=[1, 2, 3]))
    fails = request("POST", "/execute", call(do="fail", message="no"))
    wrong, head = request("POST", "/execute", b"{"), request("HEAD", "/health")
    running = {"status": "running", "pid": "the worker's", "name": "Echo", "version": "1.2.3"}
    keeps = Difference(
        "Better 8: what was pipelined behind a bad body is answered", (Want(400), Want(200, running))
    )
    head_too = Difference(
        "Better 13: HEAD works, also within a pipeline", (Want(200, None), Want(200, running))
    )
    return [
        Case("pipeline of two GETs", (health + progress,), ("GET", "GET")),
        Case("pipeline of GET, execute, GET", (health + one + progress,), ("GET", "POST", "GET")),
        Case("pipeline of executes, in order", (one + two + one + two,), ("POST",) * 4),
        Case("pipeline of thirty", (one * 30,), ("POST",) * 30),
        Case("pipeline with a stream", (one + count + two,), ("POST",) * 3),
        Case("pipeline of streams", (count + count + count,), ("POST",) * 3),
        Case(
            "pipeline with 404 and 405",
            (request("GET", "/nope") + request("DELETE", "/execute") + one,),
            ("GET", "DELETE", "POST"),
        ),
        Case("pipeline behind a failing call", (fails + health,), ("POST", "GET")),
        Case("pipeline behind a bad body", (wrong + health,), ("POST", "GET"), keeps),
        Case("pipeline behind HEAD", (head + health,), ("HEAD", "GET"), head_too),
        Case(
            "pipeline that ends with Connection: close",
            (one + request("GET", "/health", None, "Connection: close"),),
            ("POST", "GET"),
        ),
        Case(
            "nothing is answered after Connection: close",
            (request("GET", "/health", None, "Connection: close") + one,),
            ("GET",),
        ),
        Case("pipeline split within the second", (one + two[:20], two[20:]), ("POST", "POST")),
        Case("CRLF before a request", (b"\r\n" + health,), ("GET",), Difference(CRLF, (Want(200, running),))),
        Case(
            "CRLF between requests",
            (one + b"\r\n" + two,),
            ("POST", "POST"),
            Difference(CRLF, (Want(200, echoed([1])), Want(200, echoed([2])))),
        ),
    ]


def expects() -> list[Case]:
    body = call("continue")
    head = request("POST", "/execute", None, "Expect: 100-continue", f"Content-Length: {len(body)}")
    stream = request("POST", "/execute_stream", None, "Expect: 100-continue", f"Content-Length: {len(body)}")
    coded = request("POST", "/execute", None, "Expect: 100-continue", TE)
    return [
        Case("Expect: 100-continue, body later", (head, body)),
        Case("expect: 100-Continue on a stream", (stream.replace(b"100-continue", b"100-Continue"), body)),
        Case("Expect: 100-continue, chunked", (coded, chunked(body, [3]))),
        Case(
            "Expect: 100-continue, HTTP/1.0",
            (request("POST", "/execute", body, "Expect: 100-continue", version="HTTP/1.0"),),
        ),
    ]


def versions() -> list[Case]:
    old = partial(request, version="HTTP/1.0")
    keep = "Connection: keep-alive"
    return [
        Case("HTTP/1.0 GET", (old("GET", "/health"),), ("GET",)),
        Case("HTTP/1.0 GET without Host", (old("GET", "/health", host=None),), ("GET",)),
        Case("HTTP/1.0 execute", (old("POST", "/execute", call(1)),)),
        Case(
            "HTTP/1.0 stream ends with the connection",
            (old("POST", "/execute_stream", call(do="items", items=[1, 2])),),
        ),
        Case(
            "HTTP/1.0 stream that fails",
            (old("POST", "/execute_stream", call(do="items", items=[1, 2], fail_after=1, message="x")),),
        ),
        Case("HTTP/1.0 404", (old("GET", "/nope"),), ("GET",)),
        Case("HTTP/1.0 initialize", (old("POST", "/initialize", b"{}"),)),
        Case("HTTP/1.0 stream, keep-alive asked", (old("POST", "/execute_stream", call(1), keep),)),
    ]


def lengths() -> list[Case]:
    body = call(1)
    n = len(body)
    bad = closes(FRAMING)
    return [
        _post(
            "two equal Content-Lengths", body, f"Content-Length: {n}", f"Content-Length: {n}", differs=None
        ),
        _post(
            "two different Content-Lengths",
            body,
            f"Content-Length: {n}",
            f"Content-Length: {n + 1}",
            differs=closes(SMUGGLING),
        ),
        _post(
            "Transfer-Encoding beside Content-Length",
            chunked(body, [9]),
            TE,
            f"Content-Length: {n}",
            differs=closes(SMUGGLING),
        ),
        _post(
            "Content-Length beside Transfer-Encoding",
            chunked(body, [9]),
            "Content-Length: 3",
            TE,
            differs=closes(SMUGGLING),
        ),
        _post(
            "Transfer-Encoding: gzip, chunked",
            chunked(body, [9]),
            "Transfer-Encoding: gzip, chunked",
            differs=closes(SMUGGLING),
        ),
        _post("Transfer-Encoding: identity", body, "Transfer-Encoding: identity", differs=closes(SMUGGLING)),
        _post("Transfer-Encoding twice", chunked(body, [9]), TE, TE, differs=closes(SMUGGLING)),
        Case(
            "Transfer-Encoding on HTTP/1.0",
            (request("POST", "/execute", chunked(body, [9]), TE, version="HTTP/1.0"),),
            differs=closes(SMUGGLING),
        ),
        _post("chunk size that is no number", b"zz\r\n{}\r\n0\r\n\r\n", TE, differs=bad),
        _post("chunk without its CRLF", b"2\r\n{}xx0\r\n\r\n", TE, differs=bad),
        _post("chunk size with a sign", b"+2\r\n{}\r\n0\r\n\r\n", TE, differs=bad),
    ]


def without_length() -> list[Case]:
    empty = instead("a body is needed, and none is announced", 411)
    return [
        Case("POST without a length: cleanup", (request("POST", "/cleanup"),)),
        Case("POST without a length: cancel", (request("POST", "/cancel"),)),
        Case("POST without a length: execute", (request("POST", "/execute"),), differs=empty),
        Case("POST without a length: initialize", (request("POST", "/initialize"),), differs=empty),
    ]


def not_http() -> list[Case]:
    refused = closes(FRAMING)

    def raw(name: str, data: bytes, differs: Difference | None = refused) -> Case:
        return Case(name, (data,), ("GET",), differs)

    return [
        raw("HTTP/1.1 without Host", b"GET /health HTTP/1.1\r\n\r\n"),
        raw("two Hosts", b"GET /health HTTP/1.1\r\n" + HOST + HOST + b"\r\n"),
        raw("header without a colon", b"GET /health HTTP/1.1\r\n" + HOST + b"nonsense\r\n\r\n"),
        raw("space before the colon", b"GET /health HTTP/1.1\r\n" + HOST + b"X-A : 1\r\n\r\n"),
        raw("version that is none", b"GET /health HTTQ/1.1\r\n" + HOST + b"\r\n"),
        raw("a word", b"hello\r\n\r\n"),
    ]


def all_cases() -> list[Case]:
    return (
        chunked_bodies()
        + split_sends()
        + pipelines()
        + expects()
        + versions()
        + lengths()
        + without_length()
        + not_http()
    )
