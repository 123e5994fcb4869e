internal import FoundationEssentials

/// Reads configurations of a type, completed by its defaults.
enum ConfigurationReader<Configuration: PluginConfiguration> {
    /// Reads a configuration from what a client gave.
    ///
    /// - Parameter text: JSON: an object with some of the keys, or null for none.
    /// - Returns: The configuration.
    /// - Throws: ``PluginError`` that names the place.
    static func read(_ text: Data) throws -> Configuration {
        try withRouter(over: text) { try $0.configuration(Configuration.self) }
    }

    /// Lets a body read a configuration through a router.
    static func withRouter<Value>(
        over text: Data, _ body: @escaping (ConfigurationRouter) throws -> Value
    ) throws -> Value {
        let defaults = try JSONText.encode(Configuration(), as: "the default configuration")
        return try JSONText.decode(["config": text, "defaults": defaults]) { parts in
            do {
                let router = try ConfigurationRouter(
                    given: parts.superDecoder(forKey: NameKey("config")),
                    defaults: parts.superDecoder(forKey: NameKey("defaults")))
                return try body(router)
            } catch {
                throw DecodingFailure.describe(error)
            }
        }
    }
}
