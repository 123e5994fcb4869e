import CWorkerJSON

/// The kinds of JSON values.
package enum JSONRoot: Sendable, CustomStringConvertible {
    /// A value in braces.
    case object
    /// A value in brackets.
    case array
    /// A value in quotes.
    case string
    /// A number of any size and precision.
    case number
    /// Either `true` or `false`.
    case boolean
    /// The literal `null`.
    case null

    init(_ root: worker_json_root) {
        self =
            switch root {
            case .WORKER_JSON_OBJECT: .object
            case .WORKER_JSON_ARRAY: .array
            case .WORKER_JSON_STRING: .string
            case .WORKER_JSON_NUMBER: .number
            case .WORKER_JSON_BOOLEAN: .boolean
            case .WORKER_JSON_NULL: .null
            }
    }

    /// The kind as it stands in a sentence: "an object".
    package var description: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "a boolean"
        case .null: "null"
        }
    }
}
