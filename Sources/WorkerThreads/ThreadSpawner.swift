/// Starts a thread with a name of at most 15 bytes; how rooms that must not know each other share
/// one way of making threads.
package typealias ThreadSpawner =
    @Sendable (_ name: String, _ body: @escaping @Sendable () -> Void) -> Void
