/// Notes what a `Decodable` type asks a decoder for, as it is decoded from made-up values.
final class TypeRecorder: Router {
    /// A value that is asked for by name.
    struct Member {
        let name: String
        let type: any Decodable.Type
        let isOptional: Bool
    }

    /// The values that are asked for by name, in the order in which they were asked for first.
    private(set) var members: [Member] = []
    /// The type of the one value that is asked for in the place of names.
    private(set) var single: (any Decodable.Type)?
    /// Whether it looks at what is there, so that what it takes cannot be told.
    private(set) var isUnclear = false

    let codingPath: [any CodingKey] = []
    /// The member that is not given, so that the type shows whether it can do without.
    private let missing: String?
    /// The types that values are being made of, this one's last.
    private let within: [ObjectIdentifier]
    /// What `decoder(for:)` is asked for next.
    private var wanted: Member?

    private init(missing: String?, within: [ObjectIdentifier]) {
        self.missing = missing
        self.within = within
    }

    /// Decodes a type.
    ///
    /// - Returns: What was asked for, and whether that has made a value.
    static func record(
        _ type: any Decodable.Type, missing: String? = nil
    ) -> (recorder: TypeRecorder, isWhole: Bool) {
        let recorder = TypeRecorder(missing: missing, within: [ObjectIdentifier(type)])
        do {
            _ = try type.init(from: RoutedDecoder(router: recorder))
            return (recorder, !recorder.isUnclear)
        } catch {
            return (recorder, false)
        }
    }

    /// Makes a value of a type.
    fileprivate func sample<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // It would need itself to be made, and might try so more than once.
        let id = ObjectIdentifier(type)
        guard !within.contains(id) else { throw PluginError(.failed, "\(type) contains itself") }
        if let sample = KnownType(type)?.sample as? Value { return sample }
        return try Value(
            from: RoutedDecoder(router: TypeRecorder(missing: nil, within: within + [id])))
    }

    fileprivate func willDecodeValue(_ type: any Decodable.Type) {
        if single != nil { isUnclear = true }
        single = type
    }

    fileprivate func looksAtValues() { isUnclear = true }

    // MARK: Router

    var names: [String] {
        isUnclear = true
        return []
    }

    func willDecode(_ type: Any.Type, for name: String, isOptional: Bool) {
        guard let type = type as? any Decodable.Type else { return }
        let member = Member(name: name, type: type, isOptional: isOptional)
        wanted = member
        if members.contains(where: { $0.name == name }) {
            isUnclear = true
        } else {
            members.append(member)
        }
    }

    func decoder(for name: String) throws -> (any Decoder)? {
        guard let wanted, wanted.name == name else {
            isUnclear = true
            return nil
        }
        self.wanted = nil
        return wanted.isOptional || name == missing ? nil : RoutedDecoder(router: self)
    }

    func decode<Value: Decodable>(
        _ type: Value.Type, for _: String, from _: any Decoder
    ) throws -> Value {
        try sample(type)
    }

    func list() throws -> any UnkeyedDecodingContainer {
        isUnclear = true
        return EmptyList()
    }

    func value() throws -> any SingleValueDecodingContainer { MadeUpValue(recorder: self) }
}

/// The one value that a type asks for.
private struct MadeUpValue: SingleValueDecodingContainer {
    let recorder: TypeRecorder
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool {
        recorder.looksAtValues()
        return true
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        recorder.willDecodeValue(type)
        return try recorder.sample(type)
    }
}

/// A list without elements.
private struct EmptyList: UnkeyedDecodingContainer {
    let codingPath: [any CodingKey] = []
    let count: Int? = 0
    let isAtEnd = true
    let currentIndex = 0

    private var end: DecodingError {
        .valueNotFound(
            Any.self, DecodingError.Context(codingPath: [], debugDescription: "no more elements"))
    }

    func decodeNil() throws -> Bool { throw end }
    func decode<Value: Decodable>(_: Value.Type) throws -> Value { throw end }
    func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw end }
    func superDecoder() throws -> any Decoder { throw end }
    func nestedContainer<Key: CodingKey>(
        keyedBy _: Key.Type
    ) throws -> KeyedDecodingContainer<Key> { throw end }
}
