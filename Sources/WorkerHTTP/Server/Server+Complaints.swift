internal import CMicroHTTPD
internal import WorkerCore

/// What libmicrohttpd complains of, and the answers that it gives by itself; on the HTTP thread.
///
/// It answers what it cannot read with a page of its own, in HTML, of which a bad Content-Length or
/// too many cookies even get the header block twice. It complains before it does: then the answer is
/// written past it, in JSON, if there can be no doubt to whom.
extension Server {
    func libraryComplained(_ complaint: String) {
        guard let status = Self.refusedStatus(complaint) else {
            let isClients = Self.clientsFaults.contains { complaint.hasPrefix($0) }
            return service.libraryComplained(complaint, isClients: isClients)
        }
        let isOfChunks = complaint.contains(Self.chunks)
        if let client = loop.clients.refused(by: status, isOfChunks: isOfChunks) {
            client.tell(refusal(status, complaint).message())
        } else {
            loop.clients.lastInDoubt = loop.clients.last
            strangerRefused(status)
        }
        service.libraryComplained("A request was refused with \(status)", isClients: true)
    }

    /// Answers the first thing that a client has sent, if libmicrohttpd took it for no request at all
    /// and hangs up without a word.
    func answerSilentEnd(of client: ClientConnection) {
        guard client.isFresh, client.phase == .none, client.answer.status == 0,
            client.number > loop.clients.lastInDoubt, client.hasBegunRequest
        else { return }
        client.tell(Self.noRequest.message())
    }

    private static var noRequest: Reply { Reply(400, detail: "There is no HTTP request line") }

    /// The status of which a complaint says that a request is refused with it; nil where it does not.
    private static func refusedStatus(_ complaint: String) -> UInt32? {
        guard complaint.hasPrefix(refusalPrefix) else { return nil }
        return UInt32(complaint.dropFirst(refusalPrefix.count).prefix(3))
    }

    private static let refusalPrefix = "Error processing request (HTTP response code is "
    /// What the page says, and no other, where the chunks of a body are malformed.
    private static let chunks = "chunked"

    /// How complaints begin of what clients do every day.
    private static let clientsFaults = [
        "Connection was closed", "Connection socket is closed", "Socket has been disconnected",
        "Application reported internal error", "Failed to parse", "Too large value of",
        "Not enough memory in pool", "Failed to send", "Closing connection",
        "Too late for error response",
    ]

    /// In JSON, the page of libmicrohttpd's that a complaint quotes.
    private func refusal(_ status: UInt32, _ complaint: String) -> Reply {
        switch status {
        case 413: tooLarge()
        case 414: Reply(414, detail: "The request line is too long (--max-header)")
        case 431: Reply(431, detail: "The header block is too large (--max-header)")
        case 505: Reply(505, detail: "Only HTTP/1.1 and HTTP/1.0 are served")
        case 400 where complaint.contains("Content-Length"):
            Reply(400, detail: "Content-Length is not a number of bytes")
        case 400 where complaint.contains(Self.chunks):
            Reply(400, detail: "The chunks of the body are malformed")
        default: Reply(status, detail: "The request is malformed")
        }
    }
}

extension Clients {
    /// The client whose request libmicrohttpd is about to refuse; nil where it may be another's.
    ///
    /// libmicrohttpd does not tell. A header block that is complete, and has not been handed over, is
    /// that client's beyond doubt; otherwise it has to be the only one that has come so far.
    func refused(by status: UInt32, isOfChunks: Bool) -> ClientConnection? {
        if let latest, latest.phase == .head, latest.connection.headerSize > 0 { return latest }
        guard count <= Self.mostSuspects else { return nil }
        let suspects = connections.values.filter { Self.isSuspect($0, status, isOfChunks) }
        let proven = suspects.first { $0.phase == .head && $0.connection.headerSize > 0 }
        return proven ?? (suspects.count == 1 ? suspects.first : nil)
    }

    private static let mostSuspects = 64

    private static func isSuspect(
        _ client: ClientConnection, _ status: UInt32, _ isOfChunks: Bool
    ) -> Bool {
        switch (client.phase, status) {
        case (.chunkedRequest, 400), (.chunkedRequest, 413), (.chunkedRequest, 431): true
        case _ where isOfChunks: false
        case (.head, 400), (.head, 413), (.head, 431): true
        case (.none, 400), (.none, 414), (.none, 505): client.hasBegunRequest
        default: false
        }
    }
}
