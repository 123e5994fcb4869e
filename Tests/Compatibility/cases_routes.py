"""Paths, methods, targets, and what the headers of a request may look like."""

from build import GETS, POSTS, call, closes, echoed, get, instead, post
from model import ANY, Case, Difference, Want
from wire import request

METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get", "PROPFIND")
NOT_FOUND = {"detail": "Not Found"}
NOT_ALLOWED = {"detail": "Method Not Allowed"}
HEALTH = {"status": "running", "pid": "the worker's", "name": "Echo", "version": "1.2.3"}
NO_ROUTE = "Endpoints: FastAPI's own pages are other paths"
OWN_PAGE = "Endpoints: / is the worker's own page"
OWN_DOCUMENT = "Endpoints: /openapi.json and /docs describe the worker's own endpoints"
SLASH = instead("Decided: a trailing slash is another path", 404, NOT_FOUND)
ABSOLUTE = "Decided: absolute-form targets are routed by their path"


def _wrong_method(method: str, path: str) -> Case | None:
    body = b"{}" if method not in ("GET", "HEAD", "TRACE", "get") else None
    data = request(method, path, body)
    differs = None
    if path in GETS:
        if method == "GET":
            return None
        if method == "HEAD":
            differs = Difference("Better 13: HEAD works wherever GET does", (Want(200, None),))
        else:
            allow = ("GET", "HEAD")
            differs = Difference("Better 13: HEAD is allowed too", (Want(405, NOT_ALLOWED, allow=allow),))
    elif method == "POST":
        return None
    return Case(f"{method} {path}", (data,), (method,), differs)


def wrong_methods() -> list[Case]:
    cases = [_wrong_method(method, path) for method in METHODS for path in GETS + POSTS]
    return [case for case in cases if case]


def unknown_paths() -> list[Case]:
    paths = (
        "/nope",
        "/health/x",
        "/Health",
        "/HEALTH",
        "/executes",
        "/execute/stream",
        "/execute%2Fstream",
        "//health",
        "/./health",
        "/x/../health",
        "/health;x=1",
        "/health%3Fx",
        "/health%20",
        "/health%00",
        "/health%00.html",
        "/%ff",
        "/%zz",
        "/he%alth",
        "/health%",
        "/health%6",
        "/static/a.js",
        "*",
    )
    cases = []
    for path in paths:
        cases += [get(f"GET {path!r}", path), post(f"POST {path!r}", path, b"{}")]
    cases.append(Case("HEAD /nope", (request("HEAD", "/nope"),), ("HEAD",)))
    cases.append(Case("BREW /nope", (request("BREW", "/nope"),), ("BREW",)))
    return cases


def slashes() -> list[Case]:
    cases = [get(f"GET {path}/", path + "/", differs=SLASH) for path in GETS]
    cases += [post(f"POST {path}/", path + "/", b"{}", differs=SLASH) for path in POSTS]
    cases.append(get("GET /health// has two", "/health//", differs=SLASH))
    cases.append(get("GET /health/?x=1", "/health/?x=1", differs=SLASH))
    return cases


def own_pages() -> list[Case]:
    """The worker's own page stands where the original has nothing."""
    page = instead(OWN_PAGE, 200, ANY, type="text/html")
    return [
        get("GET '/'", "/", differs=page),
        post("POST '/'", "/", b"{}", differs=instead(OWN_PAGE, 405, NOT_ALLOWED, allow=("GET", "HEAD"))),
    ]


def framework_pages() -> list[Case]:
    pages = ("/redoc", "/docs/oauth2-redirect")
    gone = [get(f"GET {page}", page, differs=instead(NO_ROUTE, 404, NOT_FOUND)) for page in pages]
    docs = get("GET /docs", "/docs", differs=instead(OWN_DOCUMENT, 200, ANY, type="text/html"))
    return [*gone, docs, get("GET /openapi.json", "/openapi.json", differs=instead(OWN_DOCUMENT, 200, ANY))]


def targets() -> list[Case]:
    cases = [
        get(f"query {query!r}", "/health" + query)
        for query in ("?", "?x", "?x=1&x=2", "?%zz", "?a=/../", "??", "?a?b")
    ]
    cases += [post(f"query on {path}", path + "?verbose=1", b"{}") for path in POSTS]
    cases += [
        get(f"encoded {target}", target) for target in ("/he%61lth", "/%68%65%61%6C%74%68", "/%2fhealth")
    ]
    cases.append(get("encoded /health%2f", "/health%2f", differs=SLASH))
    raw = closes("Decided: what is not a visible ASCII character does not belong in a target")
    cases.append(get("raw byte in the path", "/h\xe4", differs=raw))
    cases.append(get("raw byte in the query", "/health?\xe4", differs=raw))
    cases.append(post("encoded execute", "/exec%75te", call(1)))
    for target in (
        "http://127.0.0.1:@PORT@/health",
        "http://localhost/health",
        "HTTP://127.0.0.1:@PORT@/health?x=1",
    ):
        cases.append(get(f"absolute {target}", target, differs=instead(ABSOLUTE, 200, HEALTH)))
    cases.append(
        post(
            "absolute execute",
            "http://127.0.0.1:@PORT@/execute",
            call(7),
            differs=instead(ABSOLUTE, 200, echoed([7])),
        )
    )
    cases.append(get("absolute, unknown path", "http://127.0.0.1:@PORT@/nope"))
    return cases


def content_types() -> list[Case]:
    types = (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "image/png",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "nonsense",
        "",
        ";;;",
        "\xe4/\xf6",
    )
    cases = [
        post(f"Content-Type {kind!r}", "/execute", call(kind=kind), f"Content-Type: {kind}") for kind in types
    ]
    cases.append(post("no Content-Type", "/execute", call(kind=None), "X-Nothing: 1"))
    cases.append(post("two Content-Types", "/execute", call(1), "Content-Type: a/b", "Content-Type: c/d"))
    cases.append(post("no Content-Type on a stream", "/execute_stream", call(1), "X-Nothing: 1"))
    cases.append(post("no Content-Type on initialize", "/initialize", b"{}", "X-Nothing: 1"))
    return cases


def headers() -> list[Case]:
    cases = [
        get(f"header {line[:30]!r}", "/health", line)
        for line in (
            "Accept: text/html",
            "Accept: application/xml;q=0.1",
            "Accept-Encoding: gzip, br",
            "Range: bytes=0-3",
            "If-None-Match: *",
            "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT",
            "X-Empty:",
            "X-Padded:    a   ",
            "X-Latin: \xe4",
            "Cookie: a=b; c=d",
            "Authorization: Bearer x",
            "TE: trailers",
            "User-Agent: " + "x" * 2000,
            "X-HTTP-Method-Override: DELETE",
            "X-Forwarded-For: 1.2.3.4",
            "X-Original-URL: /nope",
            "Connection: keep-alive",
            "Connection: x-nothing",
            "X-A: 1\r\nX-A: 2",
            "Proxy-Connection: close",
            "Keep-Alive: timeout=1",
            "Sec-Fetch-Site: same-origin",
        )
    ]
    cases.append(get("forty headers", "/health", *(f"X-Header-{i}: {i}" for i in range(40))))
    cases.append(get("Connection: close", "/health", "Connection: close"))
    cases.append(get("connection: CLOSE", "/health", "connection: CLOSE"))
    cases.append(get("Connection: a, close", "/health", "Connection: a, close"))
    cases.append(post("execute with Connection: close", "/execute", call(1), "Connection: close"))
    cases.append(post("stream with Connection: close", "/execute_stream", call(1), "Connection: close"))
    cases.append(get("GET with a body", "/health", "Content-Length: 2"))
    cases[-1] = Case("GET with a body", (request("GET", "/health", b"{}"),), ("GET",))
    cases.append(
        Case(
            "GET with a chunked body",
            (request("GET", "/health", b"2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),),
            ("GET",),
        )
    )
    return cases


def hosts() -> list[Case]:
    good = ("127.0.0.1", "127.0.0.1:1", "localhost", "LocalHost:@PORT@", "[::1]", "[::1]:8080", "127.0.0.2")
    bad = (
        "example.com",
        "127.0.0.1.example.com",
        "localhost.example.com:80",
        "192.168.1.1",
        "0.0.0.0:@PORT@",
        "evil@127.0.0.1",
        "",
        "[::2]:80",
        "127.0.0.1:x",
    )
    refused = instead("Better 10: a Host that is not loopback", 403)
    cases = [get(f"Host {host!r}", "/health", host=host) for host in good]
    cases += [get(f"Host {host!r}", "/health", host=host, differs=refused) for host in bad]
    cases.append(
        post("Host of a rebinding page on execute", "/execute", call(1), host="evil.example", differs=refused)
    )
    cases.append(
        post("Host of a rebinding page on cleanup", "/cleanup", b"", host="evil.example", differs=refused)
    )
    return cases


def origins() -> list[Case]:
    refused = instead("Better 10: an Origin that is not the worker's own", 403)
    foreign = (
        "https://example.com",
        "null",
        "http://localhost.example.com",
        "http://127.0.0.1:1",
        "file://",
        "x",
    )
    cases = [get(f"Origin {origin}", "/health", f"Origin: {origin}", differs=refused) for origin in foreign]
    cases += [get("Origin of its own", "/health", "Origin: http://127.0.0.1:@PORT@")]
    cases += [
        post(
            f"{path} from a web page",
            path,
            b"{}",
            "Origin: https://example.com",
            "Content-Type: text/plain",
            differs=refused,
        )
        for path in POSTS
    ]
    return cases


def all_cases() -> list[Case]:
    fine = [get(f"GET {path}", path) for path in GETS]
    fine += [post(f"POST {path}", path, b"{}") for path in POSTS]
    return (
        fine
        + wrong_methods()
        + unknown_paths()
        + own_pages()
        + slashes()
        + framework_pages()
        + targets()
        + content_types()
        + headers()
        + hosts()
        + origins()
    )
