import Glibc

/// A datagram socket in place of the journal's.
public final class JournalReceiver: Sendable {
    /// One entry: its fields, each with its last value.
    public typealias Entry = [String: String]

    /// Where it listens: what UNIVERSAL_WORKER_JOURNAL_SOCKET says.
    public let path: String
    private let receiver: NotifyReceiver
    private let folder: TemporaryFolder

    /// Binds a path in a folder.
    public init(in folder: TemporaryFolder) throws {
        self.folder = folder
        path = folder.file("journal")
        receiver = try NotifyReceiver(path: path)
    }

    /// Leaves the name without a receiver.
    public func close() { receiver.close() }

    /// The next entry; nil where none comes in time.
    public func next() -> Entry? {
        guard let bytes = receiver.nextBytes(atMost: 128 << 10) else { return nil }
        return Self.entry(bytes)
    }

    /// The first of the next entries whose message contains a text.
    public func next(containing text: String) throws -> Entry {
        while let entry = next() {
            if entry["MESSAGE"]?.contains(text) == true { return entry }
        }
        throw TestFailure("no entry with '\(text)' has come")
    }

    /// Reads an entry as journald does: a line with `=`, or a name, a length and as many bytes.
    private static func entry(_ bytes: [UInt8]) -> Entry {
        var entry = Entry()
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if let sign = line.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(decoding: line[..<sign], as: UTF8.self)
                entry[name] = String(decoding: line[(sign + 1)...], as: UTF8.self)
            } else {
                let count = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                let name = String(decoding: line, as: UTF8.self)
                entry[name] = String(decoding: rest.dropFirst(8).prefix(count), as: UTF8.self)
                rest = rest.dropFirst(8 + count + 1)
            }
        }
        return entry
    }
}
