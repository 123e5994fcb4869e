internal import FoundationEssentials

/// Finds the values of a configuration: those that the client gave, else the defaults.
final class ConfigurationRouter: Router {
    /// A property of the configuration, as its type asked for it.
    struct Property {
        let name: String
        let type: Any.Type
        let isOptional: Bool
    }

    private let given: KeyedDecodingContainer<NameKey>?
    private let defaults: KeyedDecodingContainer<NameKey>
    private(set) var properties: [Property] = []

    let codingPath: [any CodingKey]

    /// - Throws: ``PluginError`` or `DecodingError` if what was given is neither object nor null.
    init(given: any Decoder, defaults: any Decoder) throws {
        codingPath = given.codingPath
        let isNull = try given.singleValueContainer().decodeNil()
        self.given = isNull ? nil : try given.container(keyedBy: NameKey.self)
        self.defaults = try defaults.container(keyedBy: NameKey.self)
    }

    /// Reads the configuration.
    ///
    /// - Throws: ``PluginError`` or `DecodingError` that names the place.
    func configuration<Configuration: PluginConfiguration>(
        _ type: Configuration.Type
    ) throws -> Configuration {
        let configuration = try Configuration(from: RoutedDecoder(router: self))
        let known = properties.map(\.name)
        if let name = given?.allKeys.map(\.stringValue).filter({ !known.contains($0) }).min() {
            let names = known.map { "'\($0)'" }.joined(separator: ", ")
            throw PluginError(
                .invalidArgument,
                "\(CodingPath.text(codingPath)): unexpected key '\(name)': "
                    + (known.isEmpty ? "there are none" : "known are \(names)"))
        }
        return configuration
    }

    var names: [String] {
        Set(((given?.allKeys ?? []) + defaults.allKeys).map(\.stringValue)).sorted()
    }

    func willDecode(_ type: Any.Type, for name: String, isOptional: Bool) {
        guard !properties.contains(where: { $0.name == name }) else { return }
        properties.append(Property(name: name, type: type, isOptional: isOptional))
    }

    func decoder(for name: String) throws -> (any Decoder)? {
        let key = NameKey(name)
        if let given, given.contains(key) { return try given.superDecoder(forKey: key) }
        return defaults.contains(key) ? try defaults.superDecoder(forKey: key) : nil
    }

    func decode<Value: Decodable>(
        _ type: Value.Type, for name: String, from decoder: any Decoder
    ) throws -> Value {
        guard let nested = type as? any PluginConfiguration.Type else {
            return try decoder.value(type)
        }
        let key = NameKey(name)
        let fallback = defaults.contains(key) ? try defaults.superDecoder(forKey: key) : decoder
        func read<Nested: PluginConfiguration>(_ type: Nested.Type) throws -> Nested {
            try ConfigurationRouter(given: decoder, defaults: fallback).configuration(type)
        }
        guard let value = try read(nested) as? Value else {
            preconditionFailure("\(nested) is \(type)")
        }
        return value
    }

    func list() throws -> any UnkeyedDecodingContainer {
        throw PluginError(.failed, "A configuration is an object, and has no unkeyed container")
    }

    func value() throws -> any SingleValueDecodingContainer {
        throw PluginError(.failed, "A configuration is an object, and has no single value")
    }
}

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
