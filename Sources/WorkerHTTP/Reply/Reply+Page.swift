internal import CPage
internal import WorkerCore
internal import WorkerJSON

/// The page at GET / and its files, which are parts of the binary.
///
/// No text of them is touched until a browser asks; from then on one copy serves all that ask.
extension Reply {
    /// GET /.
    static func pageDocument() -> Reply { page(PageText.document) }

    /// GET /page.css.
    static func pageStyle() -> Reply { page(PageText.style) }

    /// GET /page.js.
    static func pageScript() -> Reply { page(PageText.script) }

    private static func page(_ text: SharedText) -> Reply {
        var reply = Reply(shared: text)
        reply.headers = pageHeaders
        return reply
    }

    /// What browsers may do with the page: load its own script and style, ask its own worker, and no more.
    ///
    /// Another page can neither frame it nor learn of it. Trusted Types refuse text that is to become
    /// markup or code; the page makes none, however hostile what a plugin answers.
    private static let pageHeaders = [
        HeaderField(
            name: "Content-Security-Policy",
            value: "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                + "require-trusted-types-for 'script'; trusted-types 'none'"),
        HeaderField(name: "Referrer-Policy", value: "same-origin"),
        HeaderField(name: "Cross-Origin-Opener-Policy", value: "same-origin"),
        HeaderField(name: "Cross-Origin-Resource-Policy", value: "same-origin"),
        // A newer worker at the same address brings its own page.
        HeaderField(name: "Cache-Control", value: "no-cache"),
    ]
}

/// The page's texts; each is copied when it is asked for first.
private enum PageText {
    static let document = unsafe shared(cpage_document)
    static let style = unsafe shared(cpage_style)
    static let script = unsafe shared(cpage_script)

    private static func shared(_ text: cpage_text) -> SharedText {
        var copy = ByteBuffer()
        let isWhole = unsafe copy.append(
            UnsafeRawBufferPointer(start: text.bytes, count: text.length))
        precondition(isWhole, "no memory for a part of the page")
        return SharedText(copy)
    }
}
