internal import CPluginGuard
internal import CWorkerPlugin
private import Glibc
internal import Synchronization
internal import WorkerCore
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

    /// Runs a plugin function with a reply of its own, and a place for what it throws.
    ///
    /// - Parameters:
    ///   - function: its name.
    ///   - body: calls it.
    /// - Returns: the status; what was left, if anything; that as text, or what was thrown.
    static func collect(
        in function: String, _ body: (uw_reply, inout uwg_thrown) -> uw_status
    ) -> (status: uw_status, left: [UInt8]?, text: String?) {
        let reply = state.withLock { state in
            state.last += 1
            state.open.updateValue(nil, forKey: state.last)
            return state.last
        }
        var thrown = uwg_thrown()
        let status = body(reply, &thrown)
        let left = state.withLock { $0.open.removeValue(forKey: reply) } ?? nil
        return (status, left, replyText(left, &thrown, in: function))
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
    /// Validates and appends the JSON that a function of the plugin's has left.
    ///
    /// - Throws: that there is none.
    mutating func appendJSON(
        _ left: [UInt8]?, of function: String
    ) throws(CallFailure) -> JSONRoot {
        guard let left else {
            throw .misbehaviour("the plugin's \(function) left no text; expected JSON")
        }
        do throws(JSONAppendError) {
            return try unsafe left.span.bytes.withUnsafeBytes { bytes throws(JSONAppendError) in
                try unsafe appendJSON(bytes, as: .value)
            }
        } catch {
            throw .refusedJSON("what the plugin's \(function) left is not JSON", error)
        }
    }
}
