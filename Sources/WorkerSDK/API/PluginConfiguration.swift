/// A configuration all of whose values have defaults.
///
/// ```swift
/// struct Configuration: PluginConfiguration {
///     var greeting = "Hello"
///     var volume: Double?
/// }
/// ```
///
/// A client gives the keys that it wants to differ: what it leaves out has the value that `init()`
/// gives, also in nested configurations, and a key that no property has is refused. The JSON
/// Schema follows from the properties and their defaults.
public protocol PluginConfiguration: Codable, Sendable {
    /// Creates the default configuration.
    init()
}

/// The configuration of a plugin that has none.
public struct NoConfiguration: PluginConfiguration {
    /// Creates the configuration without keys.
    public init() {}
}
