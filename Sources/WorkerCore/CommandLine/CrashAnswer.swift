/// What the worker does when the process of a Python plugin dies: `--on-crash`.
package enum CrashAnswer: String, CaseIterable, Sendable {
    /// It starts the process again.
    case restart
    /// It ends likewise.
    case exit
}
