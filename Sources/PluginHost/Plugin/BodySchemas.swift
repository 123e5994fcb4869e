internal import WorkerCore
package import WorkerJSON

/// What bodies a plugin's POST requests have, as it says itself: a JSON Schema for some paths.
package struct BodySchemas: Sendable {
    private var schemas: [String: JSONMembers] = [:]

    /// How long the text of all of them may be, in bytes; the header promises it.
    private static let limit = 256 << 10
    private static let execute = "/execute"
    private static let stream = "/execute_stream"

    /// The schema of a path; a stream without one takes what execute takes.
    package subscript(path: String) -> JSONMembers? {
        schemas[path] ?? (path == Self.stream ? schemas[Self.execute] : nil)
    }

    /// Reads what a plugin has left.
    ///
    /// - Parameters:
    ///   - left: an object with a schema for each path; or why there is none.
    ///   - endpoints: those of the plugin.
    /// - Returns: the schemas, and what is wrong with those that are left out.
    static func read(
        _ left: Snapshot, of endpoints: [PluginEndpoint]
    ) -> (schemas: BodySchemas, problem: String?) {
        if let failure = left.failure { return (BodySchemas(), failure.detail) }
        let size = left.text.bytes.count
        guard size <= limit else {
            return (
                BodySchemas(),
                "the plugin's body schemas are \(size) bytes; expected at most \(limit)"
            )
        }
        guard let members = unsafe left.text.bytes.withUnsafeBytes({ unsafe JSONMembers($0) })
        else { preconditionFailure("a snapshot is an object") }
        var read = BodySchemas()
        var problems: [String] = []
        for path in members.keys.sorted() {
            if !isTaken(path, endpoints) {
                problems.append("there is no POST \(path) that gives it a body")
            } else if let schema = members.object(path) {
                read.schemas[path] = schema
            } else {
                problems.append("that of \(path) is not an object")
            }
        }
        // One line, however many there are.
        let more = problems.count > 1 ? "; \(problems.count - 1) more are wrong" : ""
        return (read, problems.first.map { "the plugin's body schemas: \($0)\(more)" })
    }

    private static func isTaken(_ path: String, _ endpoints: [PluginEndpoint]) -> Bool {
        path == execute || path == stream
            || endpoints.contains {
                $0.path == path && $0.methods.contains(.post) && $0.body == .raw
            }
    }
}
