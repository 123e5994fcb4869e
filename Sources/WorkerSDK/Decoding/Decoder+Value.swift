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
