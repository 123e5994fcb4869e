import CWorkerJSON

/// Questions about UTF-8.
package enum UTF8Text {
    /// Tells whether bytes are UTF-8 as Unicode defines it; no bytes are.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress else {
            return true
        }
        return unsafe worker_json_is_utf8(start, bytes.count)
    }
}
