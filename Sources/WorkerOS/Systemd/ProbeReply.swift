/// An HTTP reply while it comes in, as far as a probe cares: where it ends, and what follows.
struct ProbeReply {
    enum State: Equatable {
        case incomplete
        /// The whole reply is there; `isKept` says whether the connection can be used again.
        case complete(isKept: Bool)
        case broken
    }

    /// The bytes that a reply may have; the real one has some two hundred.
    static let maxLength = 64 << 10

    private var bytes: [UInt8] = []

    /// Takes the next bytes, and says how far the reply has come.
    mutating func take(_ more: some Collection<UInt8>) -> State {
        bytes += more
        guard bytes.count <= Self.maxLength else { return .broken }
        guard let bodyStart else { return .incomplete }
        var lines = String(decoding: bytes[..<bodyStart], as: UTF8.self)
            .split(separator: "\r\n").makeIterator()
        guard let status = lines.next(), status.hasPrefix("HTTP/1.") else { return .broken }
        var length: Int?
        var isKept = status.hasPrefix("HTTP/1.1 ")
        while let line = lines.next() {
            guard let colon = line.firstIndex(of: ":") else { return .broken }
            let value = line[line.index(after: colon)...].drop { $0 == " " }.lowercased()
            switch line[..<colon].lowercased() {
            case "content-length": length = Int(value)
            case "connection" where value == "close": isKept = false
            default: break
            }
        }
        // Without a length the end is not known: the head is answer enough, and the connection done.
        guard let length, length >= 0 else { return .complete(isKept: false) }
        let count = bytes.count - bodyStart
        return count < length ? .incomplete : .complete(isKept: isKept && count == length)
    }

    /// Where the body begins; nil while the head is incomplete.
    private var bodyStart: Int? {
        let end: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a]
        guard bytes.count >= end.count else { return nil }
        for start in 0...(bytes.count - end.count) where bytes[start...].starts(with: end) {
            return start + end.count
        }
        return nil
    }
}
