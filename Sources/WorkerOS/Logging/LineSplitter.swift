/// The cutting of a stream of bytes into lines of text.
struct LineSplitter {
    /// The longest line in bytes; longer ones are cut, never inside a character.
    static let maxLength = 16 << 10

    private var partial: [UInt8] = []

    /// Takes bytes, and hands each line that is complete to `emit`, without its line end (LF or CRLF).
    ///
    /// Invalid UTF-8 is repaired with U+FFFD.
    mutating func feed(_ bytes: some Sequence<UInt8>, _ emit: (String) -> Void) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
                emit(String(decoding: partial, as: UTF8.self))
                partial.removeAll(keepingCapacity: true)
            } else {
                if partial.count == Self.maxLength { cut(emit) }
                partial.append(byte)
            }
        }
    }

    /// Hands out what stands behind the last line end.
    mutating func finish(_ emit: (String) -> Void) {
        guard !partial.isEmpty else { return }
        emit(String(decoding: partial, as: UTF8.self))
        partial = []
    }

    /// Hands out all whole characters of a full line, and keeps the beginning of the next.
    private mutating func cut(_ emit: (String) -> Void) {
        var end = partial.count
        for back in 1...3 where partial[partial.count - back] >= 0xc0 {
            let width =
                partial[partial.count - back] >= 0xf0
                ? 4 : partial[partial.count - back] >= 0xe0 ? 3 : 2
            if width > back { end = partial.count - back }
            break
        }
        emit(String(decoding: partial[..<end], as: UTF8.self))
        partial.removeFirst(end)
    }
}
