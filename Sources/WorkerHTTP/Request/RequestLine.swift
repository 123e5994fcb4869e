internal import CMicroHTTPD

/// What is known of a request when its request line has come, as a value that fits into a pointer.
///
/// The one moment at which libmicrohttpd shows the target as it was sent.
struct RequestLine {
    /// How long the target is, up to a NUL.
    let targetLength: Int
    /// Whether the target is made of visible ASCII characters alone.
    let isTargetVisible: Bool
    /// Whether the first field is a Cookie of ours.
    let hidesCookies: Bool

    /// Reads the target of a connection's request, and spares libmicrohttpd what is not wanted.
    ///
    /// libmicrohttpd splits the query and all cookies into fields of 64 bytes each, in the memory of
    /// the connection, which a few hundred bytes of either exhaust. The query is cut off in its own
    /// buffer, which it hands out as const; it looks for cookies in the first field of that name.
    init(_ connection: OpaquePointer, _ target: UnsafePointer<CChar>) {
        var length = 0
        var isVisible = true
        var queryStart: Int?
        while true {
            let byte = unsafe UInt8(bitPattern: target[length])
            if byte == 0 { break }
            if !(0x21...0x7E).contains(byte) { isVisible = false }
            length += 1
            if byte == UInt8(ascii: "?"), queryStart == nil { queryStart = length }
        }
        targetLength = length
        isTargetVisible = isVisible
        if let queryStart { unsafe UnsafeMutablePointer(mutating: target)[queryStart] = 0 }
        hidesCookies = unsafe uw_mhd_hide_cookies(connection) != 0
    }

    /// Reads what `pointer` has stored; nil for what else `req_cls` may be.
    init?(_ pointer: UnsafeMutableRawPointer) {
        let bits = UInt(bitPattern: pointer)
        guard bits & 3 == 2 else { return nil }
        isTargetVisible = bits & 4 != 0
        hidesCookies = bits & 8 != 0
        targetLength = Int(bits >> 4)
    }

    /// The request line as a pointer that points nowhere.
    var pointer: UnsafeMutableRawPointer? {
        let flags: UInt = 2 | (isTargetVisible ? 4 : 0) | (hidesCookies ? 8 : 0)
        return unsafe UnsafeMutableRawPointer(bitPattern: UInt(targetLength) << 4 | flags)
    }
}

/// A request that is answered from a snapshot, as a value that fits into a pointer.
struct SnapshotTicket {
    /// The number of the table's row that answers.
    let row: Int

    init(_ row: Int) { self.row = row }

    /// Reads what `pointer` has stored; nil for the address of an object, which is even.
    init?(_ pointer: UnsafeMutableRawPointer) {
        let bits = UInt(bitPattern: pointer)
        guard bits & 1 == 1 else { return nil }
        row = Int(bits >> 1)
    }

    /// The ticket as a pointer that points nowhere.
    var pointer: UnsafeMutableRawPointer? {
        unsafe UnsafeMutableRawPointer(bitPattern: UInt(row) << 1 | 1)
    }
}
