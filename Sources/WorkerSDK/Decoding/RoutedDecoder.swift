/// Finds the values that a `Decodable` type asks for by name.
protocol Router: AnyObject {
    /// Where the values stand.
    var codingPath: [any CodingKey] { get }

    /// All names that have a value.
    var names: [String] { get }

    /// Finds the value of a name; nil if there is none.
    ///
    /// - Throws: ``PluginError`` if there are several.
    func decoder(for name: String) throws -> (any Decoder)?

    /// Makes a value of a type, once its decoder is found.
    func decode<Value: Decodable>(
        _ type: Value.Type, for name: String, from decoder: any Decoder
    ) throws -> Value

    /// Learns which type a name is wanted as; called before the value is looked for.
    func willDecode(_ type: Any.Type, for name: String, isOptional: Bool)

    /// What a type gets that asks for a list, or for one value, in place of names.
    func list() throws -> any UnkeyedDecodingContainer
    func value() throws -> any SingleValueDecodingContainer
}

/// A decoder whose values come from wherever a router finds them.
struct RoutedDecoder: Decoder {
    let router: any Router
    let userInfo: [CodingUserInfoKey: Any] = [:]
    var codingPath: [any CodingKey] { router.codingPath }

    func container<Key: CodingKey>(keyedBy _: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RoutedContainer(router: router))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try router.list()
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        try router.value()
    }
}
