internal import FoundationEssentials

/// An answer that a plugin words itself: status, headers and body.
///
/// A handler of an ``Endpoint``, or `execute`, returns it in the place of a value.
public struct Response: Encodable, Sendable {
    /// The HTTP status, from 200 to 599.
    public var status: Int

    /// Headers beside those of the worker: not such as say how a message is sent.
    ///
    /// The same name may stand there twice.
    public var headers: [(name: String, value: String)]

    /// The type of the body; with nil it is JSON.
    public var contentType: String?

    /// The body; with a type other than JSON any bytes.
    public var body: [UInt8]

    /// Creates an answer of a value, which is written as JSON.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - status: The HTTP status.
    ///   - headers: Headers beside those of the worker.
    /// - Throws: ``PluginError`` when the value cannot be written as JSON.
    public init(
        _ value: some Encodable, status: Int = 200, headers: KeyValuePairs<String, String> = [:]
    ) throws {
        self.init(
            bytes: [UInt8](try JSONText.encode(value, as: "result")), as: nil, status: status,
            headers: headers)
    }

    /// Creates an answer of a text.
    ///
    /// - Parameters:
    ///   - text: The body.
    ///   - contentType: Its type.
    ///   - status: The HTTP status.
    ///   - headers: Headers beside those of the worker.
    public init(
        text: String, as contentType: String = "text/plain; charset=utf-8", status: Int = 200,
        headers: KeyValuePairs<String, String> = [:]
    ) {
        self.init(bytes: [UInt8](text.utf8), as: contentType, status: status, headers: headers)
    }

    /// Creates an answer of bytes.
    ///
    /// - Parameters:
    ///   - bytes: The body.
    ///   - contentType: Its type; nil where the bytes are JSON.
    ///   - status: The HTTP status.
    ///   - headers: Headers beside those of the worker.
    public init(
        bytes: [UInt8], as contentType: String?, status: Int = 200,
        headers: KeyValuePairs<String, String> = [:]
    ) {
        self.status = status
        self.headers = headers.map { ($0.key, $0.value) }
        self.contentType = contentType
        body = bytes
    }

    /// Writes the body, where the answer has become a part of something else, such as a line of a stream.
    ///
    /// - Parameter encoder: Where to.
    /// - Throws: What the encoder throws; also if the body is no JSON.
    public func encode(to encoder: any Encoder) throws {
        try JSONDecoder().decode(JSONValue.self, from: Data(body)).encode(to: encoder)
    }
}
