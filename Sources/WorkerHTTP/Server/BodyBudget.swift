internal import Synchronization

/// How many bytes of request bodies are held at once, over all requests.
///
/// Any thread.
final class BodyBudget: Sendable {
    private let limit: Int
    private let held = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// Reserves bytes.
    ///
    /// False where that would be more than the limit.
    func reserve(_ bytes: Int) -> Bool {
        let total = held.wrappingAdd(bytes, ordering: .relaxed).newValue
        if total <= limit { return true }
        held.wrappingSubtract(bytes, ordering: .relaxed)
        return false
    }

    /// Gives bytes back.
    func release(_ bytes: Int) {
        held.wrappingSubtract(bytes, ordering: .relaxed)
    }
}
