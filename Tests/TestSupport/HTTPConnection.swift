import Glibc

/// One connection to a server: bytes out, responses in, each read bounded by a deadline.
///
/// Of one thread at a time.
public final class HTTPConnection {
    /// The socket.
    public let descriptor: Descriptor
    private let patience: Int
    private var buffer: [UInt8] = []
    private var start = 0
    /// How the other side has gone.
    private var end = "ended"

    /// Connects to `endpoint`; waits `patience` milliseconds at most for each step of an answer.
    public convenience init(
        _ endpoint: Endpoint, patience: Int = Deadline.patience, receiveBuffer: Int32? = nil
    ) throws {
        self.init(try endpoint.connect(receiveBuffer: receiveBuffer), patience: patience)
    }

    /// Speaks over a connected socket.
    public init(_ descriptor: Descriptor, patience: Int = Deadline.patience) {
        self.descriptor = descriptor
        self.patience = patience
    }

    deinit { close() }

    // MARK: Sending

    /// Sends `text` as it stands.
    public func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends `bytes` as they stand.
    public func send(_ bytes: [UInt8]) throws {
        try descriptor.write(bytes, until: Deadline(milliseconds: patience))
    }

    /// Sends a request with Host, and with Content-Length where there is a body.
    public func send(
        _ method: String, _ path: String, body: String? = nil,
        headers: [(String, String)] = []
    ) throws {
        var text = "\(method) \(path) HTTP/1.1\r\n"
        if !headers.contains(where: { $0.0.lowercased() == "host" }) {
            text += "Host: localhost\r\n"
        }
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        try send(text + "\r\n" + (body ?? ""))
    }

    /// Says that nothing more will be sent.
    public func closeSending() { _ = shutdown(descriptor.raw, Int32(SHUT_WR)) }

    /// Ends the connection.
    public func close() { descriptor.shutDown() }

    /// Ends the connection by a reset.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        unsafe setsockopt(descriptor.raw, SOL_SOCKET, SO_LINGER, &option, size)
        descriptor.close()
    }

    // MARK: Receiving

    /// Reads one response to its end; `toHead` where the request was HEAD.
    public func readResponse(toHead: Bool = false) throws -> HTTPResponse {
        var response = try readHead()
        if toHead || response.status == 204 || response.status == 304 { return response }
        if response.headers["Transfer-Encoding"]?.lowercased() == "chunked" {
            while let chunk = try readChunk() { response.body += chunk }
            response.trailers = try readFields()
        } else if let length = response.headers["Content-Length"].flatMap(Int.init) {
            response.body = try readBytes(length)
        } else {
            response.body = try readToEnd()
        }
        return response
    }

    /// Reads a status line and headers, and the informational responses before them.
    public func readHead() throws -> HTTPResponse {
        var informational: [Int] = []
        while true {
            let line = try readLine("a status line")
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count >= 2, parts[0].hasPrefix("HTTP/"), let status = Int(parts[1]) else {
                throw TestFailure("no status line: \(line)")
            }
            let headers = try readFields()
            if (100..<200).contains(status) {
                informational.append(status)
                continue
            }
            return HTTPResponse(
                version: String(parts[0]), status: status, informational: informational,
                headers: headers)
        }
    }

    /// Reads one chunk of a chunked body; nil at the last, whose trailers are still to be read.
    public func readChunk() throws -> [UInt8]? {
        let line = try readLine("the size of a chunk")
        guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else {
            throw TestFailure("no size of a chunk: \(line)")
        }
        if size == 0 { return nil }
        let chunk = try readBytes(size)
        guard try readLine("the end of a chunk").isEmpty else {
            throw TestFailure("a chunk is longer than it said")
        }
        return chunk
    }

    /// Reads header fields or trailers up to the empty line.
    public func readFields() throws -> HTTPHeaders {
        var headers = HTTPHeaders()
        while true {
            let line = try readLine("a header")
            if line.isEmpty { return headers }
            try headers.append(line: line)
        }
    }

    /// Reads all that comes until the server closes; a reset counts as its end.
    public func readToEnd() throws -> [UInt8] {
        while try fill("the end of the connection") {}
        defer { discard(buffer.count - start) }
        return Array(buffer[start...])
    }

    /// Waits until the server closes, and says whether anything came before it.
    public func isClosedByServer() throws -> Bool { try readToEnd().isEmpty }

    /// Whether nothing has arrived within `milliseconds`.
    public func staysSilent(milliseconds: Int) -> Bool {
        guard start == buffer.count else { return false }
        let deadline = Deadline(milliseconds: milliseconds)
        return (try? descriptor.wait(for: POLLIN, "silence", until: deadline)) == nil
    }

    private func readLine(_ what: String) throws -> String {
        while true {
            if let newline = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                guard newline > start, buffer[newline - 1] == UInt8(ascii: "\r") else {
                    throw TestFailure("a line of the head ends without carriage return")
                }
                let line = String(decoding: buffer[start..<newline - 1], as: UTF8.self)
                discard(newline + 1 - start)
                return line
            }
            guard try fill(what) else { throw TestFailure("connection \(end) before \(what)") }
        }
    }

    private func readBytes(_ count: Int) throws -> [UInt8] {
        while buffer.count - start < count {
            guard try fill("\(count) bytes") else {
                throw TestFailure(
                    "connection \(end) after \(buffer.count - start) of \(count) bytes")
            }
        }
        defer { discard(count) }
        return Array(buffer[start..<start + count])
    }

    private func discard(_ count: Int) {
        start += count
        if start == buffer.count || start > 1 << 20 {
            buffer.removeFirst(start)
            start = 0
        }
    }

    private func fill(_ what: String) throws -> Bool {
        try descriptor.wait(for: POLLIN, what, until: Deadline(milliseconds: patience))
        guard let bytes = try descriptor.readUnlessReset() else {
            end = "was reset"
            return false
        }
        buffer += bytes
        return !bytes.isEmpty
    }
}
