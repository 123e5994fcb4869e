/// An optional function of a plugin whose route the worker knows; the raw value is its path's name.
package enum LifecycleHook: String, CaseIterable, Sendable {
    /// Get ahead of the first call what takes long.
    case prefetch
    /// Go from one configuration to another.
    case reconfigure
    /// The host uses the plugin from now on.
    case onEnable = "on_enable"
    /// The host does not use the plugin for a while.
    case onDisable = "on_disable"
    /// What values the configuration may have at the moment.
    case configOptions = "config_options"

    /// The body of the answer where it went well; nil where it is what the plugin returned.
    package var done: String? {
        switch self {
        case .prefetch: #"{"status":"prefetched"}"#
        case .reconfigure: #"{"status":"reconfigured"}"#
        case .onEnable: #"{"status":"enabled"}"#
        case .onDisable: #"{"status":"disabled"}"#
        case .configOptions: nil
        }
    }

    /// The body of the answer, with 200, where the plugin does not have the function.
    package var missing: String {
        self == .configOptions ? "{}" : #"{"status":"not_supported"}"#
    }

    /// Whether its failure is told with 200, as hosts expect.
    package var failsWell: Bool { self == .onEnable || self == .onDisable }
}
