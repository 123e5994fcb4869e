/// A header of an answer.
package struct HeaderField: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Whether it says how a message is sent, which only the worker knows.
    package var isFraming: Bool {
        ["connection", "content-length", "content-type", "trailer", "transfer-encoding"]
            .contains(name.lowercased())
    }
}
