internal import WorkerCore
internal import WorkerOS
internal import WorkerThreads

/// A request that was sent, on a connection of its own, and what has come back for it.
///
/// For one thread.
final class PendingAnswer {
    /// How far it is.
    enum Progress {
        case waiting
        case answered(HTTPAnswer)
        /// The connection has ended without an answer, or in the middle of one.
        case broken
    }

    /// The name of the call: its X-Request-Id.
    let id: String
    private var connection: LocalConnection?
    private var bytes: [UInt8] = []
    private var hasEnded = false

    /// How much of an answer is kept, from its beginning and from its end, in bytes.
    private static let kept = 1 << 20

    /// Sends a request; nil where the worker does not take it by a moment.
    init?(_ request: Request, port: UInt16, id: String, until deadline: Moment) {
        guard let connection = LocalConnection(port: port) else { return nil }
        self.connection = connection
        self.id = id
        guard connection.send(request.bytes(id: id), until: deadline) else { return nil }
    }

    /// Reads on, to the end of the answer or until a moment.
    func wait(until deadline: Moment) -> Progress {
        while !hasEnded, read(until: deadline) {}
        guard hasEnded else { return .waiting }
        guard let answer = HTTPAnswer(bytes), answer.isWhole else { return .broken }
        return .answered(answer)
    }

    /// Waits for the first line of a stream; false where none has come by a moment.
    func waitForLine(until deadline: Moment) -> Bool {
        let end = Array("\r\n\r\n".utf8)
        while !hasEnded {
            if let head = bytes.firstRange(of: end), head.upperBound < bytes.count { return true }
            guard read(until: deadline) else { return false }
        }
        return false
    }

    /// Closes the connection: its client is gone.
    func leave() { connection = nil }

    /// Takes what comes next; false where nothing comes.
    private func read(until deadline: Moment) -> Bool {
        switch connection?.receive(until: deadline) ?? .end {
        case .bytes(let more):
            bytes += more
            if bytes.count > 4 * Self.kept {
                bytes.removeSubrange(Self.kept..<bytes.count - Self.kept)
            }
            // An endless answer never has nothing to read.
            return Moment.now() < deadline
        case .end:
            hasEnded = true
            return true
        case .nothing: return false
        }
    }
}

/// A request, as a check makes it.
struct Request: Sendable {
    var method = "POST"
    var path: String
    var body = ""
    var headers: [(name: String, value: String)] = []

    func bytes(id: String) -> [UInt8] {
        let lines =
            ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"]
            + ["X-Request-Id: \(id)", "Content-Length: \(body.utf8.count)"]
            + headers.map { "\($0.name): \($0.value)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }
}
