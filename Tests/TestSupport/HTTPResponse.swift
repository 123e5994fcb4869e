/// One response, read to its end.
public struct HTTPResponse: Sendable {
    /// The version of the status line, "HTTP/1.1".
    public var version: String
    /// The status.
    public var status: Int
    /// The statuses of the informational responses before it.
    public var informational: [Int] = []
    /// The header fields.
    public var headers = HTTPHeaders()
    /// The body without its framing.
    public var body: [UInt8] = []
    /// The fields behind a chunked body.
    public var trailers = HTTPHeaders()

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The lines of the body, split at newlines only.
    public var lines: [String] {
        text.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
    }

    /// Whether the body is an error of the worker's form, `{"detail":"…"}`.
    public var isDetail: Bool {
        let start = text.filter { $0 != " " }
        return start.hasPrefix("{\"detail\":\"") && start.hasSuffix("\"}")
    }
}
