internal import CMicroHTTPD
private import Glibc

/// The header block of the request that a connection's client sends again and again, as health checkers do,
/// and the snapshot that answers it.
///
/// What decides on a block is its bytes, and what stays as it is for a connection: so it is read once. On the
/// HTTP thread only.
@safe final class KnownHead {
    /// Longer blocks are read each time.
    private static let longest = 512

    /// As libmicrohttpd leaves it, colons and line ends overwritten; and the number of its fields, which
    /// tells them from a NUL that was sent.
    private let block: [UInt8]
    private let fields: Int32
    private let line: UnsafeMutableRawPointer?
    private let row: Int

    /// The number of the table's row that answers a connection's request if it has this block; `method` is where
    /// its own begins.
    func row(
        for line: RequestLine, of connection: Connection, at method: UnsafePointer<CChar>
    ) -> Int? {
        guard unsafe self.line == line.pointer, connection.headerSize == block.count
        else { return nil }
        let isSame = unsafe block.withUnsafeBytes { block in
            unsafe block.baseAddress.map { unsafe memcmp($0, method, block.count) } == 0
        }
        return isSame && connection.fieldCount == fields ? row : nil
    }

    /// Keeps the block of a request that a row answers, and that was read without a fault; nil if it is long.
    init?(
        _ line: RequestLine, of connection: Connection, at method: UnsafePointer<CChar>, row: Int
    ) {
        let size = connection.headerSize
        guard size <= Self.longest else { return nil }
        unsafe block = Array(UnsafeRawBufferPointer(start: method, count: size))
        unsafe self.line = line.pointer
        fields = connection.fieldCount
        self.row = row
    }
}
