internal import CMicroHTTPD
private import Glibc
internal import WorkerCore

/// Whether a header block was read by libmicrohttpd as it was sent, byte for byte.
///
/// libmicrohttpd 0.9.75 ends a block early at a line such as ": x" or one that begins with NUL, cuts
/// lines at a NUL, and glues a folded line to the name of the field before it. But names and values
/// lie where they arrived, in its buffer, of which it has overwritten only colons and line ends, with
/// NUL: each piece has to begin where the one before it has ended.
@safe struct HeaderBlock {
    private let start: UnsafePointer<UInt8>
    /// Where the last piece has ended.
    private var end: UnsafePointer<UInt8>
    /// Whether a piece lies elsewhere than it should.
    private(set) var isBroken: Bool
    /// How many fields there are.
    private(set) var fields = 0

    /// Begins with the pieces of the request line.
    init(
        _ line: RequestLine, method: UnsafePointer<CChar>, target: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) {
        let methodEnd = unsafe method + strlen(method)
        isBroken = unsafe methodEnd + 1 != target || target + line.targetLength + 1 != version
        unsafe start = UnsafeRawPointer(method).assumingMemoryBound(to: UInt8.self)
        let versionEnd = unsafe UnsafeRawPointer(version + strlen(version))
        unsafe end = versionEnd.assumingMemoryBound(to: UInt8.self)
    }

    /// Adds the next field.
    mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        fields += 1
        guard let nameStart = name.baseAddress, let valueStart = value.baseAddress else {
            isBroken = true
            return
        }
        let colon = unsafe nameStart + name.count
        if unsafe !isEnded(at: nameStart, lineEnds: 1) || valueStart <= colon { isBroken = true }
        if !isBroken {
            let gap = unsafe UnsafeBufferPointer(start: colon + 1, count: valueStart - colon - 1)
            for index in gap.indices where unsafe !gap[index].isBlank { isBroken = true }
        }
        unsafe end = valueStart + value.count
    }

    /// Ends the block behind its last field.
    ///
    /// - Parameter size: its length, as libmicrohttpd has found it.
    mutating func finish(size: Int) {
        if unsafe !isEnded(at: start + size, lineEnds: 2) { isBroken = true }
    }

    /// Whether between the last piece and the next there is nothing but so many line ends.
    ///
    /// A line may end with LF alone, as RFC 9112, 2.2, allows.
    private func isEnded(at next: UnsafePointer<UInt8>, lineEnds: Int) -> Bool {
        let gap = unsafe next - end
        guard (lineEnds...(2 * lineEnds)).contains(gap) else { return false }
        for offset in 0..<gap where unsafe end[offset] != 0 { return false }
        return true
    }
}

/// Text of libmicrohttpd's as bytes; valid as long as the request is.
func fieldBytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
        .assumingMemoryBound(to: UInt8.self)
}
