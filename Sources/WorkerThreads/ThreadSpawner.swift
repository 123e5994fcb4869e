/// Starts a thread with a name of at most 15 bytes; how rooms that must not know each other share
/// one way of making threads.
///
/// Returns whether the system gave one. It may refuse at any moment (a limit of tasks, memory), so
/// the caller has to cope; what a promise hangs on is started while the worker starts.
package typealias ThreadSpawner =
    @Sendable (_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool
