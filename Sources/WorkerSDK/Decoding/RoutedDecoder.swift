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

extension Decoder {
    /// Reads one value as JSON does, and says where it stood if that is not told otherwise.
    ///
    /// - Parameter type: What to read.
    /// - Returns: The value.
    /// - Throws: `DecodingError`, or ``PluginError`` for all that has no place of its own: a number
    ///   that does not fit, and what an `init(from:)` of the author's throws.
    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try singleValueContainer().decode(type)
        } catch let error where error is DecodingError || error is PluginError {
            throw error
        } catch {
            let place = CodingPath.text(codingPath)
            throw PluginError(.invalidArgument, "\(place): \(Self.text(of: error, for: type))")
        }
    }

    private static func text(of error: any Error, for type: Any.Type) -> String {
        // The error of JSONDecoder for 1.5 as an Int is not public, and is thrown without a place.
        guard String(reflecting: Swift.type(of: error)) == "FoundationEssentials.JSONError" else {
            return Failure(error).text
        }
        return type is any Numeric.Type
            ? "the number does not fit \(TypeName.text(type))"
            : "a number in it does not fit its type"
    }
}
