import Glibc
import TestSupport

/// Calls that wait, for tests which look at them meanwhile.
extension LiveWorker {
    /// All that is asked with POST, one of them for the call "fine".
    static let postPaths = [
        "/execute", "/execute_stream", "/initialize", "/cleanup", "/cancel", "/cancel/fine",
    ]

    /// Sends a call named `id`, and waits until the worker says that it runs or waits.
    ///
    /// The connection is the one that its answer will come over.
    func begin(
        _ id: String, _ kwargs: String = "{}", path: String = "/execute",
        headers: [(String, String)] = []
    ) throws -> HTTPConnection {
        let connection = try client.connect()
        let body = path == "/initialize" ? kwargs : "{\"kwargs\":\(kwargs)}"
        try connection.send("POST", path, body: body, headers: [("X-Request-Id", id)] + headers)
        let escaped = id.map { "\"\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
        try answer("/calls", contains: "\"id\":\"\(escaped)\"")
        return connection
    }

    /// Asks again and again until the answer to GET `path` contains `text`, and returns it.
    @discardableResult
    func answer(
        _ path: String, contains text: String, within milliseconds: Int = Deadline.patience
    ) throws -> HTTPResponse {
        try answer(path, "one that contains \(text)", within: milliseconds) {
            $0.text.contains(text)
        }
    }

    /// Asks again and again until the answer to GET `path` is as wished, and returns it.
    ///
    /// `pause` are the milliseconds between questions.
    @discardableResult
    func answer(
        _ path: String, _ what: String, within milliseconds: Int = Deadline.patience,
        pause: Int32 = 2,
        _ isWished: (HTTPResponse) throws -> Bool
    ) throws -> HTTPResponse {
        let deadline = Deadline(milliseconds: milliseconds)
        let connection = try client.connect()
        while true {
            try connection.send("GET", path)
            let response = try connection.readResponse()
            if try isWished(response) { return response }
            guard !deadline.hasPassed else {
                throw TestFailure("the answer to GET \(path), \(response.text), is not \(what)")
            }
            poll(nil, 0, pause)
        }
    }

    /// Whether /calls comes to show a call in a state, or, with nil, not at all; a list is good for 50 ms.
    func reaches(_ state: String?, _ id: String) throws -> Bool {
        let deadline = Deadline()
        while try self.state(of: id) != state {
            if deadline.hasPassed { return false }
        }
        return true
    }

    /// The state of a call as /calls shows it; nil if it does not.
    private func state(of id: String) throws -> String? {
        let text = try client.get("/calls").text
        guard let entry = text.firstRange(of: "\"id\":\"\(id)\"") else { return nil }
        guard let state = text[entry.upperBound...].firstRange(of: "\"state\":\"") else {
            return nil
        }
        return String(text[entry.upperBound...][state.upperBound...].prefix { $0 != "\"" })
    }
}
