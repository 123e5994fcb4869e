/// Which signals a thread may take.
package enum ThreadSignals: Sendable {
    /// Those of its own faults alone (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT): for
    /// the worker's own threads, so that no handler of a plugin runs on a small stack.
    case faultsOnly
    /// Whatever the starting thread may take: for threads that run plugin code, whose children
    /// inherit the mask.
    case inherited
}
