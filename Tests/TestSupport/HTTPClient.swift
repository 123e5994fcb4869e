/// Requests to one server, each over a connection of its own.
public struct HTTPClient: Sendable {
    /// Where the server listens.
    public let endpoint: Endpoint

    /// Makes a client of `endpoint`.
    public init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    /// Opens a connection, to be used for several requests or for raw bytes.
    public func connect(
        patience: Int = Deadline.patience, receiveBuffer: Int32? = nil
    ) throws -> HTTPConnection {
        try HTTPConnection(endpoint, patience: patience, receiveBuffer: receiveBuffer)
    }

    /// Sends one request and reads its response.
    public func request(
        _ method: String, _ path: String, body: String? = nil,
        headers: [(String, String)] = [], patience: Int = Deadline.patience
    ) throws -> HTTPResponse {
        let connection = try connect(patience: patience)
        try connection.send(method, path, body: body, headers: headers)
        return try connection.readResponse(toHead: method == "HEAD")
    }

    /// Sends GET `path`.
    public func get(_ path: String, patience: Int = Deadline.patience) throws -> HTTPResponse {
        try request("GET", path, patience: patience)
    }

    /// Sends POST `path` with `body`.
    public func post(
        _ path: String, _ body: String = "{}", patience: Int = Deadline.patience
    ) throws -> HTTPResponse {
        try request("POST", path, body: body, patience: patience)
    }

    /// Posts to /execute with `kwargs`.
    public func execute(_ kwargs: String, patience: Int = Deadline.patience) throws -> HTTPResponse
    {
        try post("/execute", "{\"kwargs\":\(kwargs)}", patience: patience)
    }

    /// Posts to /execute_stream with `kwargs`.
    public func stream(_ kwargs: String, patience: Int = Deadline.patience) throws -> HTTPResponse {
        try post("/execute_stream", "{\"kwargs\":\(kwargs)}", patience: patience)
    }

    /// Sends `bytes` as they stand, and reads all up to the end of the connection.
    public func exchange(_ bytes: String, patience: Int = Deadline.patience) throws -> String {
        let connection = try connect(patience: patience)
        try connection.send(bytes)
        return String(decoding: try connection.readToEnd(), as: UTF8.self)
    }
}
