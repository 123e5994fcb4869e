/// What the process's end tells its parent; documented in the README.
enum ExitCode: Int32 {
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
    /// It was told to end, and had to leave plugin code behind that did not return in time.
    case forced = 6
    /// The system would not give what the worker itself needs: threads, descriptors, memory.
    case noResources = 7
}
