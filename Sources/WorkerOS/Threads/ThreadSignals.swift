/// Which signals a thread may take.
package enum ThreadSignals: Sendable {
    /// Those of its own faults alone (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT): for
    /// the worker's own threads, which no handler of a plugin is to hold up.
    case faultsOnly
    /// All but those that `SignalWaiter` reads: for threads that run plugin code, whose children
    /// inherit the mask.
    case plugin
}
