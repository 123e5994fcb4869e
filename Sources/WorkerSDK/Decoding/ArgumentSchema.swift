/// The JSON Schemas of the bodies that a class takes, by path.
enum BodySchemas {
    static func derived<Plugin: PluginClass>(
        _: Plugin.Type, _ arguments: any Decodable.Type
    ) -> [String: JSONValue] {
        var schemas: [String: JSONValue] = [:]
        for endpoint in ClassEntry.endpoints(of: Plugin.self) {
            if let input = endpoint.input { schemas[endpoint.path] = TypeSchema.of(input) }
        }
        schemas["/execute"] = ArgumentSchema.body(arguments)
        return schemas
    }
}

/// The JSON Schema of the body that brings arguments of a type: the `args` and `kwargs` that ``ArgumentRouter`` takes.
enum ArgumentSchema {
    private typealias Member = (name: String, schema: JSONValue, isRequired: Bool)

    /// How many members may come by position or by name, for the ways to do so to be told.
    private static let mostWays = 32

    /// Makes the schema; nil where the type does not show what it takes.
    static func body(_ type: any Decodable.Type) -> JSONValue? {
        let (recorder, isWhole) = TypeRecorder.record(type)
        if KnownType(type) != nil || isWhole && recorder.single != nil {
            let args = array([TypeSchema.of(type)], ["minItems": 1, "maxItems": 1])
            return body(args, kwargs([]), ["required": ["args"]])
        }
        if type is any ListType.Type { return body(TypeSchema.of(type), kwargs([]), [:]) }
        if type is any TableType.Type {
            return body(array([], ["maxItems": 0]), TypeSchema.of(type), [:])
        }
        guard isWhole else { return nil }
        var schemas = TypeSchema()
        let members = schemas.members(of: type, recorder)
        let count = JSONValue.integer(members.count)
        let args = array(members.map(\.schema), ["maxItems": count])
        let ways = 1...mostWays ~= members.count ? ["anyOf": JSONValue.array(ways(members))] : [:]
        return body(args, kwargs(members), ways)
    }

    private static func body(
        _ args: JSONValue, _ kwargs: JSONValue, _ more: [String: JSONValue]
    ) -> JSONValue {
        let members: [String: JSONValue] = [
            "type": "object", "properties": ["args": args, "kwargs": kwargs],
        ]
        return .object(members.merging(more) { _, last in last })
    }

    private static func array(_ items: [JSONValue], _ more: [String: JSONValue]) -> JSONValue {
        let own: [String: JSONValue] =
            items.isEmpty ? ["type": "array"] : ["type": "array", "prefixItems": .array(items)]
        return .object(own.merging(more) { _, last in last })
    }

    private static func kwargs(_ members: [Member]) -> JSONValue {
        [
            "type": "object", "additionalProperties": false,
            "properties": .object(
                Dictionary(members.map { ($0.name, $0.schema) }) { _, last in last }),
        ]
    }

    /// How many come by position, from none on: the others come by name, and none comes twice.
    private static func ways(_ members: [Member]) -> [JSONValue] {
        (0...members.count).map { count in
            let given = members[..<count].map { ($0.name, JSONValue.bool(false)) }
            let needed = members[count...].filter(\.isRequired).map { JSONValue.string($0.name) }
            return [
                "properties": [
                    "args": ["minItems": .integer(count), "maxItems": .integer(count)],
                    "kwargs": [
                        "properties": .object(Dictionary(given) { _, last in last }),
                        "required": .array(needed),
                    ],
                ],
                "required": .array(
                    (count > 0 ? ["args"] : []) + (needed.isEmpty ? [] : ["kwargs"])),
            ]
        }
    }
}
