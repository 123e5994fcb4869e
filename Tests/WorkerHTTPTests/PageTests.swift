import Glibc
import TestSupport
import Testing

@Suite(.blocking) struct PageTests {
    /// Each part of the page: its path, its type, and how it begins.
    private static let parts: [(path: String, type: String, files: [String])] = [
        ("/", "text/html; charset=utf-8", ["page.html"]),
        ("/docs", "text/html; charset=utf-8", ["page.html"]),
        ("/page.css", "text/css; charset=utf-8", ["page.css"]),
        (
            "/page.js", "text/javascript; charset=utf-8",
            [
                "elements.js", "client.js", "values.js", "fields.js", "plots.js", "calls.js",
                "configuration.js", "output.js", "trial.js", "reference.js", "start.js",
            ]
        ),
    ]

    @Test(arguments: parts)
    func `A part of the page is what its files say, under the strictest policy`(
        path: String, type: String, files: [String]
    ) throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            for method in ["GET", "HEAD", "GET"] {
                try connection.send(method, path)
                let isHead = method == "HEAD"
                let response = try connection.readResponse(toHead: isHead)
                let text = try files.map(Self.file).joined()
                #expect(response.status == 200)
                #expect(response.text == (isHead ? "" : text))
                #expect(response.headers["Content-Length"] == String(text.utf8.count))
                #expect(response.headers["Content-Type"] == type)
                #expect(response.headers["X-Content-Type-Options"] == "nosniff")
                #expect(response.headers["Referrer-Policy"] == "same-origin")
                #expect(response.headers["Cache-Control"] == "no-cache")
                #expect(
                    response.headers["Content-Security-Policy"]
                        == "default-src 'none'; script-src 'self'; style-src 'self'; "
                        + "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                        + "frame-ancestors 'none'; require-trusted-types-for 'script'; "
                        + "trusted-types 'none'")
            }
        }
    }

    private static func file(_ name: String) throws -> String {
        let path = "\(Repository.root)/Sources/CPage/files/\(name)"
        let file = try Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), from: "open \(path)")
        var bytes: [UInt8] = []
        while case let more = try file.read(), !more.isEmpty { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }
}
