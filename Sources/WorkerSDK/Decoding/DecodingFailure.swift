/// A decoding error as a sentence: `kwargs.options.rate: expected Int, found a string`.
enum DecodingFailure {
    /// Puts an error of a decoder into the terms of the client, as an invalid argument.
    ///
    /// - Parameters:
    ///   - error: What was thrown; other errors than those of decoding are returned as they are.
    ///   - missing: Says what it means that a name has no value at the top, if there is more to it.
    /// - Returns: The error to throw on.
    static func describe(
        _ error: any Error, missing: (String) -> String? = { _ in nil }
    ) -> any Error {
        guard let error = error as? DecodingError else { return error }
        return PluginError(.invalidArgument, text(of: error, missing: missing))
    }

    private static func text(of error: DecodingError, missing: (String) -> String?) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            let place = CodingPath.text(context.codingPath)
            if context.codingPath.isEmpty, let text = missing(key.stringValue) { return text }
            return "\(place): missing key '\(key.stringValue)'"
        case .valueNotFound(let type, let context):
            return "\(CodingPath.text(context.codingPath)): expected \(TypeName.text(type)), "
                + found(context.debugDescription, otherwise: "found null")
        case .typeMismatch(let type, let context):
            return "\(CodingPath.text(context.codingPath)): expected \(TypeName.text(type)), "
                + found(context.debugDescription, otherwise: context.debugDescription)
        case .dataCorrupted(let context):
            let place = CodingPath.text(context.codingPath)
            return place.isEmpty
                ? context.debugDescription : "\(place): \(context.debugDescription)"
        @unknown default:
            return String(describing: error)
        }
    }

    /// Takes what was found out of a text like "Expected to decode Int but found bool instead".
    private static func found(_ description: String, otherwise: String) -> String {
        let words = description.split(separator: " ")
        guard let but = words.firstIndex(of: "found"), words.last == "instead.",
            but + 1 < words.endIndex - 1
        else { return otherwise }
        let what = words[(but + 1)..<(words.endIndex - 1)].joined(separator: " ")
        return switch what {
        case "number": "found a number"
        case "bool": "found a boolean"
        case "a dictionary": "found an object"
        default: "found \(what)"
        }
    }
}
