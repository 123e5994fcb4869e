/// What the process's end tells its parent; documented in the README and in docs/lifetime.md.
package enum ExitCode: Int32, CaseIterable, Sendable {
    /// It was told to end, and did.
    case clean = 0
    /// The plugin could not be loaded.
    case loadFailure = 1
    /// The command line is wrong.
    case usage = 2
    /// The socket could not be had.
    case bindFailure = 3
    /// The plugin said that it is broken for good.
    case pluginFatal = 4
    /// The process that `--ppid` names is gone.
    case parentGone = 5
    /// Plugin code did not return in time and was left behind, or a second signal came.
    case forced = 6
    /// The system would not give what the worker itself needs: threads, descriptors, memory.
    case noResources = 7
    /// A call did not end for longer than `--wedged-exit` allows after it was cancelled.
    case wedged = 8
    /// The plugin ended the process, by exit.
    case pluginExited = 9
}
