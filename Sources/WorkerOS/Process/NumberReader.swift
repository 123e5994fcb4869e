/// A walk over the words of a text that are separated by white space.
struct NumberReader {
    private let text: ArraySlice<UInt8>
    private var index: Int

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        index = text.startIndex
    }

    /// Takes the next word as a decimal number; nil where it is none, or the text is at its end.
    mutating func next() -> UInt64? {
        skipSpace()
        var value: UInt64 = 0
        let start = index
        while index < text.endIndex, 0x30...0x39 ~= text[index] {
            value = value &* 10 &+ UInt64(text[index] - 0x30)
            index += 1
        }
        return index > start ? value : nil
    }

    /// Takes the next word, of which the first byte counts; nil at the end of the text.
    mutating func letter() -> UInt8? {
        skipSpace()
        guard index < text.endIndex else { return nil }
        defer { skipWord() }
        return text[index]
    }

    /// Steps over the next word.
    mutating func skipWord() {
        skipSpace()
        while index < text.endIndex, text[index] > 0x20 { index += 1 }
    }

    private mutating func skipSpace() {
        while index < text.endIndex, text[index] <= 0x20 { index += 1 }
    }
}
