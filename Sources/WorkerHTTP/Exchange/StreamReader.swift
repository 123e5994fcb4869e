internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// The HTTP thread's end of a pipe: copies lines into the buffers that a response offers.
@safe struct StreamReader: ~Copyable {
    /// What came of a reading.
    enum Reading: Equatable {
        case copied(Int)
        /// There is nothing yet: the pipe will say when there is.
        case nothing
        case ended(StreamEnd)
        /// The client has gone away.
        case dropped
    }

    /// The response of libmicrohttpd's that reads, while it has that.
    var response: OpaquePointer?
    /// Whether anything has been copied.
    var hasBegun = false
    /// Lines that are being copied, and how far that has come.
    private var chunk = ByteBuffer()
    private var offset = 0

    /// Copies what there is, as far as it goes; lines that are through are given back to the budget.
    mutating func read(
        into buffer: UnsafeMutableRawBufferPointer, from pipe: StreamPipe, held: borrowing Holding
    ) -> Reading {
        while offset == chunk.count {
            held.remove(chunk.count)
            chunk.removeAll(keepingCapacity: true)
            offset = 0
            switch pipe.take(&chunk) {
            case .lines?: continue
            case .dropped?: return .dropped
            case .ended(let end)?: return .ended(end)
            case nil: return .nothing
            }
        }
        let count = min(buffer.count, chunk.count - offset)
        unsafe chunk.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]))
        }
        offset += count
        return .copied(count)
    }
}
