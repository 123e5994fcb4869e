/// The cutting of a stream of bytes into lines of text.
struct LineSplitter {
    /// The longest line in bytes; longer ones are cut, never inside a character.
    ///
    /// A byte is at most four in the log, where it may have to be escaped: a line fits in there.
    static let maxLength = 8 << 10

    /// The beginning of a line whose end has not come yet.
    private var partial: [UInt8] = []

    /// Takes bytes, and hands each line that is complete to `emit`, without its line end (LF or CRLF).
    ///
    /// Invalid UTF-8 is repaired with U+FFFD.
    mutating func feed(_ bytes: ArraySlice<UInt8>, _ emit: (String) -> Void) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if partial.isEmpty, line.count <= Self.maxLength {
                emit(Self.text(line))
            } else {
                add(line, emit)
                emit(Self.text(partial[...]))
                partial.removeAll(keepingCapacity: true)
            }
        }
        add(rest, emit)
    }

    /// Hands out what stands behind the last line end.
    mutating func finish(_ emit: (String) -> Void) {
        guard !partial.isEmpty else { return }
        emit(String(decoding: partial, as: UTF8.self))
        partial = []
    }

    /// Adds to the line that has begun, and hands out what is full.
    private mutating func add(_ bytes: ArraySlice<UInt8>, _ emit: (String) -> Void) {
        var rest = bytes
        while true {
            let part = rest.prefix(Self.maxLength - partial.count)
            partial += part
            rest = rest.dropFirst(part.count)
            if rest.isEmpty { return }
            cut(emit)
        }
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

    private static func text(_ line: ArraySlice<UInt8>) -> String {
        String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
}
