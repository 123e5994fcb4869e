/// Makes the JSON Schemas of `Decodable` types; `{}` where a type does not show what it takes.
struct TypeSchema {
    static let anything: JSONValue = [:]

    /// The types that are being described.
    private var within: [ObjectIdentifier] = []

    /// Makes the schema of a type.
    static func of(_ type: Any.Type) -> JSONValue {
        var schemas = TypeSchema()
        return schemas.schema(of: type)
    }

    private mutating func schema(of type: Any.Type) -> JSONValue {
        if let known = KnownType(type) { return known.schema }
        switch type {
        case let type as any OptionalType.Type: return Self.orNull(schema(of: type.wrapped))
        case let type as any ListType.Type:
            return Self.object("array", "items", schema(of: type.element))
        case let type as any TableType.Type:
            return Self.object("object", "additionalProperties", schema(of: type.value))
        case let type as any Decodable.Type: return asked(type)
        default: return Self.anything
        }
    }

    /// The schema of a type that has to be decoded to be known.
    private mutating func asked(_ type: any Decodable.Type) -> JSONValue {
        // What contains itself is not described again.
        guard !within.contains(ObjectIdentifier(type)) else { return Self.anything }
        within.append(ObjectIdentifier(type))
        defer { within.removeLast() }
        let (recorder, isWhole) = TypeRecorder.record(type)
        guard isWhole else { return Self.anything }
        if let value = recorder.single {
            return recorder.members.isEmpty ? schema(of: value) : Self.anything
        }
        let members = members(of: type, recorder)
        guard !members.isEmpty else { return Self.anything }
        return .object([
            "type": "object",
            "properties": .object(
                Dictionary(members.map { ($0.name, $0.schema) }) { _, last in last }),
            "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
        ])
    }

    /// The members that a type asks for, as one that was decoded whole.
    mutating func members(
        of type: any Decodable.Type, _ recorder: TypeRecorder
    ) -> [(name: String, schema: JSONValue, isRequired: Bool)] {
        recorder.members.map { member in
            if member.isOptional {
                return (member.name, Self.orNull(schema(of: member.type)), false)
            }
            // Where it is tried, and done without, it may also be something else.
            let canMiss = TypeRecorder.record(type, missing: member.name).isWhole
            return (member.name, canMiss ? Self.anything : schema(of: member.type), !canMiss)
        }
    }

    private static func object(_ type: String, _ key: String, _ inner: JSONValue) -> JSONValue {
        .object(
            inner == anything ? ["type": .string(type)] : ["type": .string(type), key: inner])
    }

    private static func orNull(_ schema: JSONValue) -> JSONValue {
        guard case .object(var members) = schema, schema != anything else { return anything }
        if case .string(let type) = members["type"] {
            members["type"] = [.string(type), "null"]
            return .object(members)
        }
        return ["anyOf": [schema, ["type": "null"]]]
    }
}

private protocol OptionalType { static var wrapped: Any.Type { get } }

extension Optional: OptionalType { static var wrapped: Any.Type { Wrapped.self } }

/// What is decoded from an array.
protocol ListType { static var element: Any.Type { get } }

extension Array: ListType { static var element: Any.Type { Element.self } }

extension Set: ListType { static var element: Any.Type { Element.self } }

/// What is decoded from an object with any keys.
protocol TableType { static var value: Any.Type { get } }

extension Dictionary: TableType where Key == String {
    static var value: Any.Type { Value.self }
}
