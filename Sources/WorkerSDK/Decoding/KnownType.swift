internal import FoundationEssentials

/// A type of which the JSON form is known: its schema, and a value of it where one is needed.
struct KnownType {
    let schema: JSONValue
    let sample: any Decodable

    /// Looks a type up; nil for those that have to be asked by decoding them.
    init?(_ type: Any.Type) {
        switch type {
        case is Bool.Type: (schema, sample) = (["type": "boolean"], false)
        case is String.Type: (schema, sample) = (["type": "string"], "")
        case is Date.Type: (schema, sample) = (["type": "number"], Date(timeIntervalSince1970: 0))
        case is Data.Type: (schema, sample) = (["type": "string"], Data())
        case is URL.Type: (schema, sample) = (["type": "string"], URL(filePath: "/"))
        case is UUID.Type: (schema, sample) = (["type": "string", "format": "uuid"], UUID())
        case is Decimal.Type: (schema, sample) = (["type": "number"], Decimal(0))
        case let type as any (FixedWidthInteger & Decodable).Type: self = Self.integer(type)
        case let type as any (BinaryFloatingPoint & Decodable).Type: self = Self.number(type)
        case let type as any (RawRepresentable & Decodable).Type:
            guard let known = Self.raw(type) else { return nil }
            self = known
        default: return nil
        }
    }

    private init(_ schema: JSONValue, _ sample: any Decodable) {
        self.schema = schema
        self.sample = sample
    }

    private static func integer<Value: FixedWidthInteger & Decodable>(_: Value.Type) -> Self {
        var schema: [String: JSONValue] = ["type": "integer"]
        schema["minimum"] = .integer(Int(clamping: Value.min))
        if let most = Int(exactly: Value.max) {
            schema["maximum"] = .integer(most)
        } else {
            // A power of two, which a Double has.
            schema["exclusiveMaximum"] = .number(Double(Value.max))
        }
        return Self(.object(schema), Value.zero)
    }

    private static func number<Value: BinaryFloatingPoint & Decodable>(_: Value.Type) -> Self {
        Self(["type": "number"], Value.zero)
    }

    /// An enum with raw values, all of which are known if it is `CaseIterable`.
    private static func raw<Value: RawRepresentable & Decodable>(_ type: Value.Type) -> Self? {
        if let cases = (type as? any CaseIterable.Type).map({ all($0) }),
            let first = cases.first as? Value
        {
            let values = cases.compactMap { ($0 as? Value)?.rawValue }.compactMap(json)
            return values.count == cases.count ? Self(["enum": .array(values)], first) : nil
        }
        // Of those of one byte each has a value whose byte is 0: the first case.
        guard MemoryLayout<Value>.size == 1, let raw = KnownType(Value.RawValue.self) else {
            return nil
        }
        return Self(raw.schema, unsafe unsafeBitCast(0 as UInt8, to: type))
    }

    private static func all<Value: CaseIterable>(_: Value.Type) -> [Any] { Array(Value.allCases) }

    private static func json(_ value: Any) -> JSONValue? {
        switch value {
        case let text as String: .string(text)
        case let number as any FixedWidthInteger: Int(exactly: number).map { .integer($0) }
        default: nil
        }
    }
}
