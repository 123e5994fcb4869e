internal import FoundationEssentials

/// The JSON Schema that follows from the properties of a configuration and their defaults.
enum ConfigurationSchema {
    /// Makes the schema of a configuration; any object where its defaults cannot be read.
    static func derived<Configuration: PluginConfiguration>(
        _ type: Configuration.Type
    ) -> JSONValue {
        let read = try? ConfigurationReader<Configuration>.withRouter(over: Data("{}".utf8)) {
            _ = try $0.configuration(type)
            return $0.properties
        }
        let text = try? JSONText.encode(Configuration(), as: "the default configuration")
        guard let read, let text,
            let defaults = try? JSONDecoder().decode([String: JSONValue].self, from: text)
        else { return ["type": "object"] }
        let schemas = read.map { ($0.name, schema(of: $0, byDefault: defaults[$0.name])) }
        return [
            "type": "object",
            "properties": .object(Dictionary(schemas) { _, last in last }),
            "additionalProperties": false,
        ]
    }

    private static func schema(
        of property: ConfigurationRouter.Property, byDefault value: JSONValue?
    ) -> JSONValue {
        var schema: [String: JSONValue] = [:]
        if let nested = property.type as? any PluginConfiguration.Type,
            case .object(let object) = derived(nested)
        {
            schema = object
        } else if case .object(let known)? = KnownType(property.type)?.schema,
            let type = known["type"]
        {
            schema["type"] = type
        } else if let name = value?.typeName {
            schema["type"] = .string(name)
        }
        if property.isOptional, let type = schema["type"] { schema["type"] = [type, "null"] }
        schema["default"] = value ?? .null
        return .object(schema)
    }
}

extension JSONValue {
    /// What JSON Schema calls the kind of this value; nil for null.
    fileprivate var typeName: String? {
        switch self {
        case .null: nil
        case .bool: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
