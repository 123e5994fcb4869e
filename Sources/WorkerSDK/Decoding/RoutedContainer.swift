/// A keyed container that asks a router for each value.
struct RoutedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let router: any Router
    var codingPath: [any CodingKey] { router.codingPath }
    var allKeys: [Key] { router.names.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool {
        // A value that is given twice is there; the code that reads it learns that it is so twice.
        do { return try router.decoder(for: key.stringValue) != nil } catch { return true }
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        try decoder(key).singleValueContainer().decodeNil()
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        router.willDecode(type, for: key.stringValue, isOptional: false)
        return try router.decode(type, for: key.stringValue, from: decoder(key))
    }

    /// Reads a value that may be missing or null.
    func optional<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value? {
        router.willDecode(type, for: key.stringValue, isOptional: true)
        guard let decoder = try router.decoder(for: key.stringValue),
            try !decoder.singleValueContainer().decodeNil()
        else { return nil }
        return try router.decode(type, for: key.stringValue, from: decoder)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        try decoder(named: "super", NameKey("super"))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        try decoder(key)
    }

    private func decoder(_ key: Key) throws -> any Decoder {
        try decoder(named: key.stringValue, key)
    }

    private func decoder(named name: String, _ key: any CodingKey) throws -> any Decoder {
        if let decoder = try router.decoder(for: name) { return decoder }
        throw DecodingError.keyNotFound(
            key, DecodingError.Context(codingPath: codingPath, debugDescription: "no value"))
    }
}
