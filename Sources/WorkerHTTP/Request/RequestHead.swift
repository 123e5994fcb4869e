internal import CMicroHTTPD
internal import WorkerCore

/// What the header block of one request says, read in one pass and without a copy.
@safe struct RequestHead {
    var framing = Framing()
    /// The first Content-Length that is a number.
    var contentLength: Int?
    /// The call's id, if the client gave one.
    var callName: CallName?
    /// How long the call may take, if the client said so.
    var timeout: CallTimeout?
    /// A header of ours that is not what it should be.
    var malformed: StaticString?
    /// Whether the client waits for "100 Continue".
    var expectsContinue = false

    /// What Host and Origin say, if they are there; valid as long as the request is.
    private(set) var host: UnsafeBufferPointer<UInt8>?
    private(set) var origin: UnsafeBufferPointer<UInt8>?
    /// Whether there are several Origin headers, of which none is believed.
    private(set) var hasSeveralOrigins = false
    private var firstLength: UnsafeBufferPointer<UInt8>?

    /// Reads the header block of a connection's request; on the HTTP thread.
    init(_ connection: Connection, isVersion10: Bool) {
        framing.isVersion10 = isVersion10
        unsafe withUnsafeMutablePointer(to: &self) { head in
            _ = unsafe MHD_get_connection_values_n(
                connection.pointer, .HEADER_KIND, readField, UnsafeMutableRawPointer(head))
        }
    }

    fileprivate mutating func read(
        _ nameBytes: UnsafeBufferPointer<UInt8>, _ valueBytes: UnsafeBufferPointer<UInt8>
    ) {
        let (name, value) = unsafe (nameBytes.span, valueBytes.span)
        var isKnown = true
        switch name.count {
        case 4 where name.isEqualIgnoringCase(to: "host"):
            framing.hosts += 1
            unsafe host = valueBytes
        case 6 where name.isEqualIgnoringCase(to: "origin"):
            hasSeveralOrigins = unsafe origin != nil
            unsafe origin = valueBytes
        case 6 where name.isEqualIgnoringCase(to: "expect"):
            expectsContinue = value.isEqualIgnoringCase(to: "100-continue")
        case 12 where name.isEqualIgnoringCase(to: "x-request-id"):
            callName = CallName(value)
            if callName == nil {
                malformed = "X-Request-Id is not 1 to 128 visible ASCII characters"
            }
        case 9 where name.isEqualIgnoringCase(to: "x-timeout"):
            timeout = CallTimeout(value)
            if timeout == nil { malformed = "X-Timeout is not a positive number of seconds" }
        case 14 where name.isEqualIgnoringCase(to: "content-length"):
            unsafe readLength(valueBytes)
        case 17 where name.isEqualIgnoringCase(to: "transfer-encoding"):
            framing.transferEncodings += 1
            if !value.isEqualIgnoringCase(to: "chunked") { framing.hasForeignCoding = true }
        default:
            isKnown = false
        }
        if unsafe isFolded(nameBytes, valueBytes) || !(isKnown || Framing.isToken(name)) {
            framing.hasMalformedName = true
        }
    }

    /// Whether the text of a folded line has been glued onto a field's name, as libmicrohttpd does.
    ///
    /// The name may be a token all the same ("Content-Length" and " x" make "Content-Lengthx"), but
    /// it then lies elsewhere, or over the value. As the client sent it, a value follows its name
    /// with a colon and white space in between.
    private func isFolded(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard let nameStart = name.baseAddress, let valueStart = value.baseAddress else {
            return false
        }
        let colon = unsafe nameStart + name.count
        let gap = unsafe valueStart - colon - 1
        guard (0...Self.longestGap).contains(gap) else { return true }
        for offset in 0..<gap {
            let byte = unsafe colon[1 + offset]
            guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") else { return true }
        }
        return false
    }

    /// More white space than this behind a colon is refused.
    private static let longestGap = 1_024

    private mutating func readLength(_ value: UnsafeBufferPointer<UInt8>) {
        framing.contentLengths += 1
        if let first = unsafe firstLength {
            if unsafe !first.elementsEqual(value) { framing.contentLengthsDiffer = true }
            return
        }
        unsafe firstLength = value
        // libmicrohttpd has refused what is no number of 64 bits; what remains is huge or a number.
        var length = 0
        for index in value.indices {
            let (product, isTooLong) = length.multipliedReportingOverflow(by: 10)
            let (sum, isTooLarge) = product.addingReportingOverflow(
                unsafe Int(value[index] &- UInt8(ascii: "0")))
            if isTooLong || isTooLarge {
                length = .max
                break
            }
            length = sum
        }
        contentLength = length
    }
}

/// Hands one header field to the head that is being read.
private func readField(
    _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?,
    _ nameLength: Int, _ value: UnsafePointer<CChar>?, _ valueLength: Int
) -> MHD_Result {
    guard let context = unsafe context else { return .NO }
    let head = unsafe context.assumingMemoryBound(to: RequestHead.self)
    unsafe head.pointee.read(fieldBytes(name, nameLength), fieldBytes(value, valueLength))
    return .YES
}
