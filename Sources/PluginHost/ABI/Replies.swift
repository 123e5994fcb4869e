internal import CWorkerPlugin
internal import Synchronization

/// The texts that plugin functions leave, each under a number that is stale once its function has
/// returned.
///
/// Not on the path of a call; one lock for all is enough. Safe from any thread.
enum Replies {
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
