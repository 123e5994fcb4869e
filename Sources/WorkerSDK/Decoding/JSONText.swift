internal import FoundationEssentials

/// The way from values to the JSON text that the worker takes.
enum JSONText {
    /// Writes a value; keys come in the order of their spelling, since an encoder has none.
    ///
    /// - Parameters:
    ///   - value: What to write.
    ///   - name: What it is, for the error.
    /// - Returns: JSON.
    /// - Throws: ``PluginError`` naming the place that has no JSON form.
    static func encode(_ value: some Encodable, as name: String) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(value)
        } catch EncodingError.invalidValue(let value, let context) {
            let place = CodingPath.text(context.codingPath, root: name)
            if let number = value as? any BinaryFloatingPoint, !number.isFinite {
                throw PluginError(.failed, "\(place): \(number) is no JSON number")
            }
            throw PluginError(.failed, "\(place): \(context.debugDescription)")
        }
    }

    /// Reads a document made of parts, so that one decoder sees them all.
    ///
    /// - Parameters:
    ///   - parts: The keys of the document and the JSON text behind each.
    ///   - body: What makes the value.
    /// - Returns: The value.
    /// - Throws: What the body throws, or ``PluginError`` where a part is not JSON.
    static func decode<Value>(
        _ parts: KeyValuePairs<String, Data>,
        _ body: @escaping (KeyedDecodingContainer<NameKey>) throws -> Value
    ) throws -> Value {
        var text = Data("{".utf8)
        for (index, part) in parts.enumerated() {
            text.append(contentsOf: "\(index == 0 ? "" : ",")\"\(part.key)\":".utf8)
            text.append(RepeatedKeys.removed(from: part.value))
        }
        text.append(contentsOf: "}".utf8)

        let decoder = JSONDecoder()
        let reading = Reading { try body($0.container(keyedBy: NameKey.self)) }
        decoder.userInfo[Reading<Value>.key] = reading
        do {
            _ = try decoder.decode(Reading<Value>.Start.self, from: text)
        } catch {
            let names = parts.map(\.key).joined(separator: ", ")
            throw PluginError(
                .invalidArgument, "\(names): not JSON, or nested more than 512 levels deep")
        }
        return try reading.result()
    }
}

/// Carries what is to be read into a JSON decoder, and what came of it out again.
private final class Reading<Value>: @unchecked Sendable {
    struct Start: Decodable {
        init(from decoder: any Decoder) throws {
            (decoder.userInfo[Reading.key] as? Reading)?.run(decoder)
        }
    }

    static var key: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "WorkerSDK.reading") else {
            preconditionFailure("A user info key can be made of any text")
        }
        return key
    }

    private let body: (any Decoder) throws -> Value
    private var outcome: Result<Value, any Error>?

    init(_ body: @escaping (any Decoder) throws -> Value) {
        self.body = body
    }

    func run(_ decoder: any Decoder) {
        outcome = Result { try body(decoder) }
    }

    func result() throws -> Value {
        guard let outcome else { preconditionFailure("The decoder did not ask for the value") }
        return try outcome.get()
    }
}
