public import WorkerSDK

/// What a test asks of a plugin: a call, or a request for an endpoint of the plugin's own.
public struct TestedRequest: Sendable {
    enum Kind: Equatable, Sendable {
        case execute
        case stream
        case prefetch
        case endpoint(EndpointMethod, String)
    }

    let kind: Kind
    let args: [JSONValue]
    let kwargs: [String: JSONValue]

    /// The whole body; by default made of the arguments, and for an endpoint empty.
    public var body: [UInt8]?

    /// Headers, of which the plugin gets those that ``PluginClass/requestHeaders`` names.
    public var headers: [String: String] = [:]

    /// The time until its deadline; nil for none.
    public var timeout: Duration?

    /// POST /execute.
    ///
    /// - Parameters:
    ///   - args: The arguments by position.
    ///   - kwargs: The arguments by name.
    /// - Returns: The request.
    public static func execute(_ args: JSONValue..., kwargs: [String: JSONValue] = [:]) -> Self {
        Self(kind: .execute, args: args, kwargs: kwargs)
    }

    /// POST /execute_stream.
    ///
    /// - Parameters:
    ///   - args: The arguments by position.
    ///   - kwargs: The arguments by name.
    /// - Returns: The request.
    public static func stream(_ args: JSONValue..., kwargs: [String: JSONValue] = [:]) -> Self {
        Self(kind: .stream, args: args, kwargs: kwargs)
    }

    /// POST /prefetch.
    public static var prefetch: Self { Self(kind: .prefetch, args: [], kwargs: [:]) }

    /// A request for an endpoint of the plugin's own.
    ///
    /// - Parameters:
    ///   - method: GET or POST.
    ///   - path: From the slash on.
    ///   - body: The body, any bytes.
    /// - Returns: The request.
    public static func endpoint(
        _ method: EndpointMethod, _ path: String, body: some Sequence<UInt8> = []
    ) -> Self {
        var request = Self(kind: .endpoint(method, path), args: [], kwargs: [:])
        request.body = [UInt8](body)
        return request
    }

    /// The name of what runs.
    var function: String {
        switch kind {
        case .execute: "execute"
        case .stream: "execute_stream"
        case .prefetch: "prefetch"
        case .endpoint(.get, let path): "GET \(path)"
        case .endpoint(.post, let path): "POST \(path)"
        }
    }
}
