/// Why a JSON value was not appended.
package enum JSONAppendError: Error, Equatable, CustomStringConvertible {
    /// The text is not one JSON value; offsets count from its first byte.
    case invalid(JSONError)
    /// There is no memory for it.
    case outOfMemory

    /// A sentence that says what is wrong and where.
    package var description: String {
        switch self {
        case .invalid(let error): "invalid JSON at \(error)"
        case .outOfMemory: "no memory for the JSON text"
        }
    }
}
