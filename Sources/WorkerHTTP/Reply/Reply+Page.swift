internal import CPage
internal import WorkerCore
internal import WorkerJSON

/// The page at GET / and GET /docs, which is a part of the binary.
///
/// No text of it is touched until a browser asks; from then on one copy serves all that ask.
extension Reply {
    /// The page.
    static func page() -> Reply {
        var reply = Reply(shared: Page.shared.text)
        reply.headers = Page.shared.headers
        return reply
    }

    /// The same, which asks its user for the token that the request lacks.
    static func page(asking refusal: BearerTokens.Refusal) -> Reply {
        var reply = Reply(401, shared: Page.shared.text)
        reply.headers = Page.shared.headers + [.challenge(refusal)]
        reply.contentType = ContentType.html
        return reply
    }
}

extension HeaderField {
    /// What a 401 asks for.
    static func challenge(_ refusal: BearerTokens.Refusal) -> HeaderField {
        HeaderField(name: "WWW-Authenticate", value: refusal.challenge)
    }
}

/// The page's document, with its style and its script in it, and what browsers may do with it.
private struct Page {
    static let shared = Page()
    let text: SharedText
    let headers: [HeaderField]

    private init() {
        let (style, script) = unsafe (Self.text(cpage_style), Self.text(cpage_script))
        let document = unsafe Self.text(cpage_document)
            .replacing("<style></style>", with: "<style>\(style)</style>", maxReplacements: 1)
            .replacing(
                "<script type=\"module\"></script>",
                with: "<script type=\"module\">\(script)</script>", maxReplacements: 1)
        var bytes = ByteBuffer()
        bytes.append(document)
        text = SharedText(bytes)
        headers = Self.headers(style: Self.source(style), script: Self.source(script))
    }

    /// What browsers may do with the page: run its own script and style, ask its own worker, and no more.
    ///
    /// Both stand in the document, so that one answer is all that a browser needs: it can show no token
    /// when it loads further files. Their digests are in the policy. Another page can neither frame this
    /// one nor learn of it. Trusted Types refuse text that is to become markup or code; the page makes
    /// none, however hostile what a plugin answers.
    private static func headers(style: String, script: String) -> [HeaderField] {
        [
            HeaderField(
                name: "Content-Security-Policy",
                value: "default-src 'none'; script-src \(script); style-src \(style); "
                    + "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                    + "frame-ancestors 'none'; require-trusted-types-for 'script'; "
                    + "trusted-types 'none'"),
            HeaderField(name: "Referrer-Policy", value: "same-origin"),
            HeaderField(name: "Cross-Origin-Opener-Policy", value: "same-origin"),
            HeaderField(name: "Cross-Origin-Resource-Policy", value: "same-origin"),
            // A newer worker at the same address brings its own page.
            HeaderField(name: "Cache-Control", value: "no-cache"),
        ]
    }

    private static func text(_ text: cpage_text) -> String {
        unsafe String(
            decoding: UnsafeRawBufferPointer(start: text.bytes, count: text.length), as: UTF8.self)
    }

    /// A text as a source of the policy (CSP 3, 2.3.1).
    private static func source(_ text: String) -> String {
        "'sha256-\(Base64.text(SHA256.digest(text.utf8.span).bytes))'"
    }
}
