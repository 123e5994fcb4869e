import CWorkerJSON

/// The first thing that is wrong with a JSON text.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// The offset of the first wrong byte, from the text's first byte; its length at the end.
    package let offset: Int
    /// What is wrong there.
    package let problem: JSONProblem
    /// The byte at the offset, or nil at the end of the text.
    package let found: UInt8?

    /// Creates an error from its parts.
    package init(offset: Int, problem: JSONProblem, found: UInt8?) {
        self.offset = offset
        self.problem = problem
        self.found = found
    }

    /// Creates the error for what a reader found in a text that is not valid.
    init(_ outcome: worker_json_outcome, in text: UnsafeRawBufferPointer) {
        let offset: Int
        if let problem = unsafe TextEncoding.problem(of: text) {
            offset = 0
            self.problem = problem
        } else if outcome.begin == 0, unsafe TextEncoding.hasMark(text) {
            offset = 0
            problem = .byteOrderMark
        } else {
            offset = outcome.begin
            self.problem = JSONProblem(outcome.problem)
        }
        self.offset = offset
        found = offset < text.count ? unsafe text[offset] : nil
    }

    /// A sentence such as "byte 17: expected ',' or '}' after a value, found 'x'".
    package var description: String {
        guard problem.namesWhatWasFound else { return "byte \(offset): \(problem.rawValue)" }
        return "byte \(offset): \(problem.rawValue), found \(quotedByte)"
    }

    private var quotedByte: String {
        guard let found else { return "the end of the text" }
        switch found {
        case UInt8(ascii: "'"): return "\"'\""
        case 0x20...0x7E: return "'\(Character(UnicodeScalar(found)))'"
        default:
            let digits = String(found, radix: 16, uppercase: true)
            return found < 0x10 ? "0x0\(digits)" : "0x\(digits)"
        }
    }
}
