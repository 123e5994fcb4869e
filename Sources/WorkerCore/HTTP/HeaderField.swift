/// A header of an answer.
package struct HeaderField: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// How many headers of its own a plugin's answer may have, and how long they may be together.
    ///
    /// The clients that hosts use read no header block of more than 100 KiB.
    package static let (mostOwn, longestOwn) = (64, 96 << 10)

    /// What it takes of a message, in bytes.
    package var length: Int { name.utf8.count + value.utf8.count + 4 }

    /// Whether it says how a message is sent, which only the worker knows.
    package var isFraming: Bool {
        [
            "connection", "content-length", "content-type", "keep-alive", "te", "trailer",
            "transfer-encoding", "upgrade",
        ].contains(name.lowercased())
    }
}
