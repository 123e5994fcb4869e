import CWorkerJSON

/// What can be wrong with a JSON text; the raw value is the sentence for it.
package enum JSONProblem: String, Sendable {
    /// There is nothing but white space.
    case empty = "expected a value, the text is empty"
    /// There is no value where one must stand.
    case noValue = "expected a value"
    /// An array begins with neither a value nor its end.
    case noValueOrClosingBracket = "expected a value or ']' after '['"
    /// An object begins with neither a key nor its end.
    case noKeyOrClosingBrace = "expected a key in quotes or '}' after '{'"
    /// There is no key after a comma.
    case noKey = "expected a key in quotes after ','"
    /// There is no colon after a key.
    case noColon = "expected ':' after a key"
    /// An array neither goes on nor ends.
    case noCommaOrClosingBracket = "expected ',' or ']' after a value"
    /// An object neither goes on nor ends.
    case noCommaOrClosingBrace = "expected ',' or '}' after a value"
    /// The text goes on after its value.
    case textAfterValue = "expected the end of the text after the value"
    /// More arrays and objects are open than `JSON.maximumDepth`.
    case tooDeep = "nesting deeper than 1000 levels"
    /// A word with a `t` is not `true`.
    case notTrue = "expected 'true'"
    /// A word with an `f` is not `false`.
    case notFalse = "expected 'false'"
    /// A word with an `n` is not `null`.
    case notNull = "expected 'null'"
    /// A minus sign stands alone.
    case noDigitAfterMinus = "expected a digit after '-'"
    /// A number has an empty fraction.
    case noDigitAfterPoint = "expected a digit after '.'"
    /// A number has an empty exponent.
    case noDigitInExponent = "expected a digit in the exponent"
    /// A number begins with a zero and a digit.
    case leadingZero = "a number must not go on after a leading 0"
    /// The text ends in a string.
    case unclosedString = "unexpected end: the string is not closed"
    /// A byte below 0x20 stands in a string.
    case controlCharacter = "a control character must be escaped"
    /// A backslash stands before a byte that makes no escape.
    case badEscape = "expected one of \"\\/bfnrtu after a backslash"
    /// An escape with `u` has too few digits.
    case badHexadecimal = "expected four hexadecimal digits after \\u"
    /// An escape names half of a surrogate pair (RFC 7493, 2.1).
    case loneSurrogate = "lone surrogate: a \\u escape is half of a pair"
    /// The text is not UTF-8 there.
    case badUTF8 = "invalid UTF-8"
    /// The text begins with U+FEFF where that is not allowed.
    case byteOrderMark = "a byte order mark is not allowed"
    /// The text is in another encoding.
    case utf16 = "the text is UTF-16, expected UTF-8"
    /// The text is in another encoding.
    case utf32 = "the text is UTF-32, expected UTF-8"

    /// Whether the sentence goes on with the byte that was found.
    var namesWhatWasFound: Bool {
        switch self {
        case .empty, .tooDeep, .unclosedString, .loneSurrogate, .byteOrderMark, .utf16, .utf32:
            false
        default: true
        }
    }

    init(_ problem: worker_json_problem) {
        self =
            switch problem {
            case .WORKER_JSON_VALID: preconditionFailure("a valid text has no problem")
            case .WORKER_JSON_EMPTY: .empty
            case .WORKER_JSON_NO_VALUE: .noValue
            case .WORKER_JSON_NO_VALUE_OR_CLOSING_BRACKET: .noValueOrClosingBracket
            case .WORKER_JSON_NO_KEY_OR_CLOSING_BRACE: .noKeyOrClosingBrace
            case .WORKER_JSON_NO_KEY: .noKey
            case .WORKER_JSON_NO_COLON: .noColon
            case .WORKER_JSON_NO_COMMA_OR_CLOSING_BRACKET: .noCommaOrClosingBracket
            case .WORKER_JSON_NO_COMMA_OR_CLOSING_BRACE: .noCommaOrClosingBrace
            case .WORKER_JSON_TEXT_AFTER_VALUE: .textAfterValue
            case .WORKER_JSON_TOO_DEEP: .tooDeep
            case .WORKER_JSON_NOT_TRUE: .notTrue
            case .WORKER_JSON_NOT_FALSE: .notFalse
            case .WORKER_JSON_NOT_NULL: .notNull
            case .WORKER_JSON_NO_DIGIT_AFTER_MINUS: .noDigitAfterMinus
            case .WORKER_JSON_NO_DIGIT_AFTER_POINT: .noDigitAfterPoint
            case .WORKER_JSON_NO_DIGIT_IN_EXPONENT: .noDigitInExponent
            case .WORKER_JSON_LEADING_ZERO: .leadingZero
            case .WORKER_JSON_UNCLOSED_STRING: .unclosedString
            case .WORKER_JSON_CONTROL_CHARACTER: .controlCharacter
            case .WORKER_JSON_BAD_ESCAPE: .badEscape
            case .WORKER_JSON_BAD_HEXADECIMAL: .badHexadecimal
            case .WORKER_JSON_LONE_SURROGATE: .loneSurrogate
            case .WORKER_JSON_BAD_UTF8: .badUTF8
            }
    }
}
