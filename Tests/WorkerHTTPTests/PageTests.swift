import Glibc
import TestSupport
import Testing
import WorkerCore

@Suite(.blocking) struct PageTests {
    private static let scripts = [
        "elements.js", "client.js", "values.js", "fields.js", "plots.js", "calls.js",
        "configuration.js", "output.js", "trial.js", "reference.js", "start.js",
    ]

    @Test(arguments: ["/", "/docs"])
    func `The page is what its files say, in one answer, under the strictest policy`(
        path: String
    ) throws {
        let style = try Self.file("page.css")
        let script = try Self.scripts.map(Self.file).joined()
        let (styleTag, scriptTag) = ("<style></style>", "<script type=\"module\"></script>")
        let document = try Self.file("page.html")
        #expect(document.ranges(of: styleTag).count == 1)
        #expect(document.ranges(of: scriptTag).count == 1)
        #expect(!document.contains("src=") && !style.contains("</style"))
        // What would end the element, or have it end elsewhere.
        #expect(!script.contains("</script") && !script.contains("<!--"))
        let text =
            document
            .replacing(styleTag, with: "<style>\(style)</style>")
            .replacing(scriptTag, with: "<script type=\"module\">\(script)</script>")
        try withServer { server throws in
            let connection = try server.client.connect()
            for method in ["GET", "HEAD", "GET"] {
                try connection.send(method, path)
                let isHead = method == "HEAD"
                let response = try connection.readResponse(toHead: isHead)
                #expect(response.status == 200)
                #expect(response.text == (isHead ? "" : text))
                #expect(response.headers["Content-Length"] == String(text.utf8.count))
                #expect(response.headers["Content-Type"] == "text/html; charset=utf-8")
                #expect(response.headers["X-Content-Type-Options"] == "nosniff")
                #expect(response.headers["Referrer-Policy"] == "same-origin")
                #expect(response.headers["Cache-Control"] == "no-cache")
                #expect(
                    response.headers["Content-Security-Policy"]
                        == "default-src 'none'; script-src \(Self.source(script)); "
                        + "style-src \(Self.source(style)); connect-src 'self'; img-src data:; "
                        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                        + "require-trusted-types-for 'script'; trusted-types 'none'")
            }
        }
    }

    private static func source(_ text: String) -> String {
        "'sha256-\(Base64.text(SHA256.digest(text.utf8.span).bytes))'"
    }

    private static func file(_ name: String) throws -> String {
        try Repository.text(of: "Sources/CPage/files/\(name)")
    }
}
