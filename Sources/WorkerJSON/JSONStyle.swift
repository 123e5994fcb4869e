/// How a JSON value is appended to a buffer.
package enum JSONStyle: Sendable {
    /// Without insignificant white space, otherwise byte for byte.
    case value
    /// As `value`, with U+0085, U+2028 and U+2029 escaped, and one line end after it.
    ///
    /// Clients split lines at those three characters too.
    case line
    /// As `line`, with NaN, Infinity and -Infinity as numbers, which is how Python writes them.
    case pythonLine
}
