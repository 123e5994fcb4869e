internal import WorkerJSON

/// What a worker has answered: as far as a check looks at it.
struct HTTPAnswer: Equatable {
    let status: Int
    /// Of a stream with its chunk coding, and its trailer behind it.
    let body: String
    /// Whether its end has come, and not only that of the connection.
    let isWhole: Bool

    /// Reads what has come on a connection of its own, which has ended.
    ///
    /// - Returns: nil where that is no answer.
    init?(_ bytes: [UInt8]) {
        let separator = Array("\r\n\r\n".utf8)
        // A header block of the worker's is shorter than this, but for a plugin's own headers.
        guard let end = bytes.prefix(256 << 10).firstRange(of: separator) else { return nil }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            return nil
        }
        self.status = status
        let rest = bytes[end.upperBound...]
        body = String(decoding: rest, as: UTF8.self)
        let length = lines.lazy.compactMap { line -> Int? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
            return Int(parts[1].drop { $0 == " " })
        }.first
        isWhole =
            length.map { rest.count >= $0 }
            ?? (rest.suffix(4).elementsEqual(separator) && body.contains("\r\n0\r\n")
                || body.hasPrefix("0\r\n"))
    }

    /// The text of an error.
    var detail: String? { JSONMembers(body)?.string("detail") }
}
