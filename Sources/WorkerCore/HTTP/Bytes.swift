/// Comparisons of header text, without a copy and without regard to locale.
extension Span<UInt8> {
    /// Whether the bytes are exactly those of the text.
    package func isEqual(to text: String) -> Bool {
        let other = text.utf8.span
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// Whether the bytes are those of the text, ASCII letters of either case being equal.
    ///
    /// - Parameter text: in lower case.
    /// - Returns: whether they are.
    package func isEqualIgnoringCase(to text: String) -> Bool {
        let other = text.utf8.span
        guard count == other.count else { return false }
        for index in indices where self[index].lowercasedASCII != other[index] { return false }
        return true
    }

    /// Whether the bytes begin with exactly those of the text.
    package func hasPrefix(_ text: String) -> Bool {
        let length = text.utf8.count
        return count >= length && extracting(first: length).isEqual(to: text)
    }

    /// Whether the bytes begin with the text, ASCII letters of either case being equal.
    ///
    /// - Parameter text: in lower case.
    /// - Returns: whether they do.
    package func hasPrefixIgnoringCase(_ text: String) -> Bool {
        let length = text.utf8.count
        return count >= length && extracting(first: length).isEqualIgnoringCase(to: text)
    }

    /// The position of the first such byte at or after `start`, if there is one.
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        for index in start..<Swift.max(start, count) where self[index] == byte { return index }
        return nil
    }
}

extension Span<UInt8> {
    /// How many bytes there are without the spaces and tabs at the end.
    package var countWithoutBlankEnd: Int {
        var end = count
        while end > 0, self[end - 1].isBlank { end -= 1 }
        return end
    }
}

extension UInt8 {
    /// Whether it is a space or a tab, which may stand around the value of a header field.
    package var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    /// The byte, an ASCII capital made small.
    package var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }

    /// Whether it is a digit of ASCII.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Whether it is a letter or a digit of ASCII.
    var isLetterOrDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercasedASCII)
    }

    /// The value of a hexadecimal digit.
    package var hexDigitValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
