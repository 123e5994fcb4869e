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

    /// Checks the names of headers that a plugin wants to see of requests.
    ///
    /// - Returns: them in lower case, each once.
    /// - Throws: which is none, or that there are too many.
    package static func wanted(_ names: [String]) throws(EndpointError) -> [String] {
        guard names.count <= mostWanted else {
            throw EndpointError("the plugin names \(names.count) headers, more than \(mostWanted)")
        }
        var found: [String] = []
        for (number, name) in names.enumerated() {
            guard name.utf8.count <= longestWanted, Framing.isToken(name.utf8.span) else {
                throw EndpointError(
                    "header name \(number), '\(name)', is no name of a header, or longer than "
                        + "\(longestWanted) bytes")
            }
            if !found.contains(name.lowercased()) { found.append(name.lowercased()) }
        }
        return found
    }

    /// How many such names there may be, and how long each, in bytes.
    package static let (mostWanted, longestWanted) = (32, 64)

    /// Whether it says how a message is sent, which only the worker knows.
    package var isFraming: Bool {
        [
            "connection", "content-length", "content-type", "keep-alive", "te", "trailer",
            "transfer-encoding", "upgrade",
        ].contains(name.lowercased())
    }
}
