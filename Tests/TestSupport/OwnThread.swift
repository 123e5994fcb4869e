/// Runs `body` on a thread of its own, and waits without holding up other tests.
///
/// For tests that mostly wait: swift-testing runs as many at once as there are processors, and a
/// test that waits for seconds in the usual way takes one of these places.
public func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        startThread { continuation.resume(with: Result { try body() }) }
    }
}
