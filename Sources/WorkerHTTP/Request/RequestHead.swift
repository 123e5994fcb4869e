internal import CMicroHTTPD
private import Glibc
internal import WorkerCore

/// What the header block of one request says, read in one pass and without a copy.
@safe struct RequestHead {
    /// What the client waits for before it sends a body.
    enum Expectation {
        case none
        case toContinue
        case unknown
    }

    var framing = Framing()
    /// The first Content-Length that is a number.
    var contentLength: Int?
    /// The call's id, if the client gave one.
    var callID: CallID?
    /// How long the call may take, if the client said so.
    var timeout: CallTimeout?
    /// A header of ours that is not what it should be.
    var malformed: String?
    var expectation = Expectation.none
    /// Whether the body is compressed, or otherwise not what it is.
    var hasContentCoding = false
    /// What a browser says of the page that asks.
    var fetch = FetchMetadata()
    /// Where it belongs in a trace; several such headers say nothing.
    var trace: TraceParent?
    private var hasTrace = false
    /// Whether it asks what another request may do.
    var asksForMethod = false
    /// Those of its fields that the plugin wants to see; names in lower case.
    private(set) var named: [HeaderField] = []
    private let wanted: [String]

    /// What Host and Origin say, if they are there; valid as long as the request is.
    private(set) var host: UnsafeBufferPointer<UInt8>?
    private(set) var origin: UnsafeBufferPointer<UInt8>?
    /// Whether there are several Origin headers, of which none is believed.
    private(set) var hasSeveralOrigins = false
    /// What the last Authorization header says, valid likewise; and whether there are several.
    private(set) var authorization: UnsafeBufferPointer<UInt8>?
    private(set) var hasSeveralAuthorizations = false
    private var firstLength: UnsafeBufferPointer<UInt8>?
    private var block: HeaderBlock
    /// Whether the next field is the Cookie of ours.
    private var isFirstOurs: Bool

    /// Reads the header block of a connection's request; on the HTTP thread.
    ///
    /// A block, and libmicrohttpd's records of its fields, may take so much of the connection's memory.
    /// Of the fields that are `wanted`, whose names are in lower case, copies are kept.
    init(
        _ connection: Connection, _ line: RequestLine, method: UnsafePointer<CChar>,
        target: UnsafePointer<CChar>, version: UnsafePointer<CChar>, memory: Int,
        wanted: [String]
    ) {
        unsafe block = HeaderBlock(line, method: method, target: target, version: version)
        isFirstOurs = line.hidesCookies
        self.wanted = wanted
        framing.isVersion10 = unsafe strcmp(version, "HTTP/1.0") == 0
        unsafe withUnsafeMutablePointer(to: &self) { head in
            _ = unsafe MHD_get_connection_values_n(
                connection.pointer, .HEADER_KIND, readField, UnsafeMutableRawPointer(head))
        }
        let size = connection.headerSize
        block.finish(size: size)
        framing.isBroken = block.isBroken
        framing.isTooLarge = size + block.fields * Self.fieldSize > memory
        if unsafe !line.isTargetVisible || !Framing.isToken(fieldBytes(method, strlen(method)).span)
        {
            framing.hasMalformedLine = true
        }
    }

    /// Whether the client waits for "100 Continue" before it sends a body.
    var expectsContinue: Bool {
        expectation == .toContinue && !framing.isVersion10 && framing.declaresBody
    }

    /// Whether the client expects what the worker does not do; HTTP/1.0 has no expectations.
    var hasForeignExpectation: Bool { expectation == .unknown && !framing.isVersion10 }

    /// What libmicrohttpd's record of a field takes.
    private static let fieldSize = 64

    fileprivate mutating func read(
        _ nameBytes: UnsafeBufferPointer<UInt8>, _ wholeValue: UnsafeBufferPointer<UInt8>
    ) {
        if isFirstOurs {
            isFirstOurs = false
            return
        }
        unsafe block.add(nameBytes, wholeValue)
        let valueBytes = unsafe UnsafeBufferPointer(
            rebasing: wholeValue[..<wholeValue.span.countWithoutBlankEnd])
        let (name, value) = unsafe (nameBytes.span, valueBytes.span)
        if !Framing.isValue(value) { framing.hasMalformedValue = true }
        switch name.count {
        case 4 where name.isEqualIgnoringCase(to: "host"):
            framing.hosts += 1
            unsafe host = valueBytes
        case 6 where name.isEqualIgnoringCase(to: "origin"):
            hasSeveralOrigins = unsafe origin != nil
            unsafe origin = valueBytes
        case 6 where name.isEqualIgnoringCase(to: "expect"):
            let isKnown = value.isEqualIgnoringCase(to: "100-continue")
            expectation = isKnown && expectation != .unknown ? .toContinue : .unknown
        case 11 where name.isEqualIgnoringCase(to: "traceparent"):
            trace = hasTrace ? nil : TraceParent(value)
            hasTrace = true
        case 12 where name.isEqualIgnoringCase(to: "x-request-id"):
            callID = CallID(value)
            if callID == nil {
                malformed = "X-Request-Id is not 1 to \(CallID.limit) visible ASCII characters"
            }
        case 9 where name.isEqualIgnoringCase(to: "x-timeout"):
            timeout = CallTimeout(value)
            if timeout == nil {
                malformed =
                    "X-Timeout is not a number of seconds above 0 and up to "
                    + "\(CallTimeout.limitSeconds), such as 30 or 0.25"
            }
        case 13 where name.isEqualIgnoringCase(to: "authorization"):
            hasSeveralAuthorizations = unsafe authorization != nil
            unsafe authorization = valueBytes
        case 14 where name.isEqualIgnoringCase(to: "content-length"):
            unsafe readLength(valueBytes)
        case 14 where name.isEqualIgnoringCase(to: "sec-fetch-site"):
            fetch.isCrossSite = value.isEqual(to: "cross-site")
        case 14 where name.isEqualIgnoringCase(to: "sec-fetch-mode"):
            fetch.isNavigation = value.isEqual(to: "navigate")
        case 16 where name.isEqualIgnoringCase(to: "content-encoding"):
            if !value.isEqualIgnoringCase(to: "identity") { hasContentCoding = true }
        case 17 where name.isEqualIgnoringCase(to: "transfer-encoding"):
            framing.transferEncodings += 1
            // As it stands: with a blank behind it, libmicrohttpd does not see a chunked body.
            if unsafe !wholeValue.span.isEqualIgnoringCase(to: "chunked") {
                framing.hasForeignCoding = true
            }
        case 29 where name.isEqualIgnoringCase(to: "access-control-request-method"):
            asksForMethod = true
        default:
            if !Framing.isToken(name) { framing.hasMalformedName = true }
        }
        if !wanted.isEmpty, let own = wanted.first(where: { name.isEqualIgnoringCase(to: $0) }) {
            let text = unsafe String(decoding: valueBytes, as: UTF8.self)
            named.append(HeaderField(name: own, value: text))
        }
    }

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
