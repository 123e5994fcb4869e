internal import WorkerCore

/// A request that is answered from a snapshot, as a value that fits into a pointer.
struct SnapshotTicket {
    let endpoint: Endpoint

    init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    /// Reads what `pointer` has stored; nil for the address of an object, which is even.
    init?(_ pointer: UnsafeMutableRawPointer) {
        let bits = UInt(bitPattern: pointer)
        guard bits & 1 == 1, let endpoint = Endpoint(rawValue: UInt8(truncatingIfNeeded: bits >> 1))
        else { return nil }
        self.endpoint = endpoint
    }

    /// The ticket as a pointer that points nowhere.
    var pointer: UnsafeMutableRawPointer? {
        unsafe UnsafeMutableRawPointer(bitPattern: UInt(endpoint.rawValue) << 1 | 1)
    }
}
