/// Why a request body is not a call.
package enum CallBodyError: Error, Equatable, CustomStringConvertible {
    /// There is nothing but white space.
    case empty
    /// The body is not valid JSON.
    case invalid(JSONError)
    /// The body is a value of another kind.
    case notAnObject(found: JSONRoot)
    /// The value of "args" at this byte is of another kind.
    case argsNotAnArray(found: JSONRoot, offset: Int)
    /// The value of "kwargs" at this byte is of another kind.
    case kwargsNotAnObject(found: JSONRoot, offset: Int)

    /// A sentence that says what was expected, what was found, and where.
    package var description: String {
        switch self {
        case .empty:
            #"the body is empty, expected an object such as {"args": [], "kwargs": {}}"#
        case .invalid(let error):
            "the body is not valid JSON: \(error)"
        case .notAnObject(let found):
            #"expected an object such as {"args": [], "kwargs": {}}, found \#(found)"#
        case .argsNotAnArray(let found, let offset):
            #"byte \#(offset): expected an array for "args", found \#(found)"#
        case .kwargsNotAnObject(let found, let offset):
            #"byte \#(offset): expected an object for "kwargs", found \#(found)"#
        }
    }
}
