import CWorkerJSON

/// Where the arguments of a call lie in a request body, in bytes.
package struct CallBody: Equatable, Sendable {
    /// The array under the last "args", brackets included; nil where there is none.
    package let args: Range<Int>?
    /// The object under the last "kwargs", braces included; nil where there is none.
    package let kwargs: Range<Int>?

    /// Creates a description of a body.
    package init(args: Range<Int>?, kwargs: Range<Int>?) {
        self.args = args
        self.kwargs = kwargs
    }
}

extension JSON {
    /// Validates a body like `{"args": [...], "kwargs": {...}}` and finds both parts.
    ///
    /// Either may be missing, other keys are ignored, and of a repeated key only the last counts. Keys
    /// may be spelt with escapes. A byte order mark at the begin is skipped.
    ///
    /// - Throws: `CallBodyError`; its offsets count from the begin of the buffer.
    package static func parseCallBody(
        _ body: borrowing ByteBuffer
    ) throws(CallBodyError) -> CallBody {
        var call = worker_json_call()
        let outcome: worker_json_outcome
        var skipped = 0
        do throws(JSONError) {
            outcome = try unsafe read(body) { bytes, count in
                skipped = body.count - count
                return unsafe worker_json_validate_call(bytes, count, &call)
            }
        } catch {
            throw error.problem == .empty ? .empty : .invalid(error)
        }
        let root = JSONRoot(outcome.root)
        guard root == .object else { throw .notAnObject(found: root) }
        func value(_ begin: Int, _ end: Int) -> (root: JSONRoot, range: Range<Int>)? {
            guard begin < end else { return nil }
            let range = begin + skipped..<end + skipped
            let first = unsafe body.withUnsafeBytes { unsafe $0[range.lowerBound] }
            return (JSONRoot(worker_json_root_of(first)), range)
        }
        let args = value(call.args_begin, call.args_end)
        if let args, args.root != .array {
            throw .argsNotAnArray(found: args.root, offset: args.range.lowerBound)
        }
        let kwargs = value(call.kwargs_begin, call.kwargs_end)
        if let kwargs, kwargs.root != .object {
            throw .kwargsNotAnObject(found: kwargs.root, offset: kwargs.range.lowerBound)
        }
        return CallBody(args: args?.range, kwargs: kwargs?.range)
    }
}

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
    /// The body is a value of another kind than what tells of two configurations.
    case notAReconfiguration(found: JSONRoot)

    /// A sentence that says what was expected, what was found, and where.
    package var description: String {
        switch self {
        case .empty:
            #"the body is empty, expected an object such as {"args": [], "kwargs": {}}"#
        case .invalid(let error):
            "the body is not valid JSON: \(error)"
        case .notAnObject(let found):
            #"expected an object such as {"args": [], "kwargs": {}}, found \#(found)"#
        case .notAReconfiguration(let found):
            #"expected an object such as {"old_config": {}, "new_config": {}}, found \#(found)"#
        case .argsNotAnArray(let found, let offset):
            #"byte \#(offset): expected an array for "args", found \#(found)"#
        case .kwargsNotAnObject(let found, let offset):
            #"byte \#(offset): expected an object for "kwargs", found \#(found)"#
        }
    }
}
