import Testing
import WorkerCore

@Suite struct RequestTargetTests {
    private func parts(_ raw: String) -> (path: String, authority: String?) {
        let bytes = Array(raw.utf8)
        let target = RequestTarget(bytes.span)
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        return (text(target.path), target.authority.map(text))
    }

    @Test(arguments: [
        ("/health", "/health"), ("/health?", "/health"), ("/health?a=/b?c", "/health"),
        ("/health?http://x/y", "/health"), ("//health", "//health"), ("?x", ""), ("", ""),
        ("*", "*"), ("/%3Fx", "/%3Fx"), ("ftp://h/health", "ftp://h/health"),
        ("http:/health", "http:/health"), ("/http://h/x", "/http://h/x"),
    ])
    func `In origin form all before the query is the path`(raw: String, path: String) {
        let found = parts(raw)
        #expect(found.path == path)
        #expect(found.authority == nil)
    }

    @Test(arguments: [
        ("http://localhost/health", "localhost", "/health"),
        ("http://localhost:8000/health?x=1", "localhost:8000", "/health"),
        ("HTTP://LOCALHOST/health", "LOCALHOST", "/health"),
        ("https://[::1]:1/stats", "[::1]:1", "/stats"),
        ("hTTps://a/b/c", "a", "/b/c"),
        ("http://user@host/x", "user@host", "/x"),
        ("http://host", "host", ""), ("http://host?a/b", "host", ""),
        ("http://host/?a", "host", "/"), ("http:///health", "", "/health"),
        ("http://", "", ""), ("https://", "", ""), ("http://?x", "", ""),
        ("http://evil.com//health", "evil.com", "//health"),
    ])
    func `In absolute form the authority stands apart from the path`(
        raw: String, authority: String, path: String
    ) {
        let found = parts(raw)
        #expect(found.authority == authority)
        #expect(found.path == path)
    }

    @Test func `A target in absolute form is routed by its path`() {
        let bytes = Array("http://localhost:1/config%5Fschema?x".utf8)
        let path = Array(bytes[RequestTarget(bytes.span).path])
        var router = Router()
        let isNew = router.add(3, at: "/config_schema", .get)
        #expect(isNew && router.route(.get, path.span) == .row(3, id: nil))
    }
}
