private import CThreads

/// The end of a thread inside of code that is not ours: pthread_exit, or a cancellation.
package enum ThreadEnd {
    /// Runs a body; should the calling thread end inside of it, runs `ifThreadEnds` as its last act.
    ///
    /// No cancellation is acted on but where the body enables it. What the body's frames hold is
    /// never released if the thread ends: nothing of Swift is unwound.
    package static func run(
        _ body: () -> Void, ifThreadEnds: @escaping @Sendable () -> Void
    ) {
        let lastAct = unsafe Unmanaged.passRetained(LastAct(ifThreadEnds))
        unsafe cthreads_watch_end(perform, lastAct.toOpaque())
        body()
        cthreads_unwatch_end()
        unsafe lastAct.release()
    }
}

private final class LastAct: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func perform(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<LastAct>.fromOpaque(context).takeRetainedValue().body()
}
