/// On which thread of the worker a ``WorkerPlugin`` runs.
public enum Threading: Sendable {
    /// On any, one call at a time. The default.
    case serial
    /// Always on one and the same, one call at a time, from `init` to the end.
    case affine
}
