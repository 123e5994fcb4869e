/// The rule by which calls take their turn.
///
/// Calls start in the order of their arrival. Exclusive ones (initialize, cleanup) start when
/// nothing runs, and nothing starts beside them, so a plugin is never reconfigured under a call.
public enum CallPlace: Equatable, Sendable {
    /// At the end of the queue; runs beside others as far as the plugin's concurrency allows.
    case shared
    /// At the end of the queue; runs alone.
    case exclusive
    /// Before all that waits, after what runs; runs alone.
    case exclusiveNext
}
