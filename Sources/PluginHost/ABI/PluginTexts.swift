internal import CWorkerPlugin
private import Glibc
internal import Synchronization
internal import WorkerJSON

/// The bytes that a plugin hands over as a pointer and a length, UW_NTS meaning "up to the NUL".
///
/// They are the plugin's, and valid until the function that got them returns.
///
/// - Returns: nil where the pointer is NULL although a length is given; empty for NULL without one.
func foreignText(_ data: UnsafePointer<CChar>?, _ length: Int) -> UnsafeRawBufferPointer? {
    guard let data = unsafe data else {
        return length == 0 ? unsafe UnsafeRawBufferPointer(start: nil, count: 0) : nil
    }
    // UW_NTS is SIZE_MAX, which Swift reads as -1; other lengths past the address space are lies.
    if length == -1 { return unsafe UnsafeRawBufferPointer(start: data, count: strlen(data)) }
    return length < 0 ? nil : unsafe UnsafeRawBufferPointer(start: data, count: length)
}

/// A copy of foreign bytes as text; what is not UTF-8 in them becomes U+FFFD.
func repairedString(_ bytes: UnsafeRawBufferPointer) -> String {
    unsafe String(decoding: bytes, as: UTF8.self)
}

/// The texts that plugin functions leave, each under a number that is stale once its function has
/// returned.
///
/// Not on the path of a call; one lock for all is enough. Safe from any thread.
enum PluginTexts {
    private struct State {
        var last: uw_reply = 0
        var open: [uw_reply: [UInt8]?] = [:]
    }

    private static let state = Mutex(State())

    /// Runs a plugin function with a reply of its own.
    ///
    /// - Returns: the status, and the text that was left, if any.
    static func collect(_ function: (uw_reply) -> uw_status) -> (status: uw_status, text: [UInt8]?)
    {
        let reply = state.withLock { state in
            state.last += 1
            state.open.updateValue(nil, forKey: state.last)
            return state.last
        }
        let status = function(reply)
        return (status, state.withLock { $0.open.removeValue(forKey: reply) } ?? nil)
    }

    /// Copies a text into an open reply.
    static func leave(_ reply: uw_reply, _ data: UnsafePointer<CChar>?, _ length: Int) -> uw_status
    {
        guard let bytes = unsafe foreignText(data, length) else {
            return uw_status(UW_INVALID_DATA)
        }
        let copy = unsafe [UInt8](bytes)
        return state.withLock { state in
            guard state.open.keys.contains(reply) else { return uw_status(UW_STALE) }
            state.open.updateValue(copy, forKey: reply)
            return uw_status(UW_OK)
        }
    }
}

extension ByteBuffer {
    /// Validates and appends JSON text that a plugin left; see `appendJSON` of raw bytes.
    mutating func appendJSON(_ text: [UInt8], as style: JSONStyle) throws(JSONAppendError)
        -> JSONRoot
    {
        var result: Result<JSONRoot, JSONAppendError> = .failure(.outOfMemory)
        unsafe text.withUnsafeBytes { bytes in
            do throws(JSONAppendError) {
                result = .success(try unsafe appendJSON(bytes, as: style))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }
}
