/// A plugin that answers further paths beside `/execute` and the other ones of the worker.
///
/// ```swift
/// extension Speaker: EndpointPlugin {
///     static var endpoints: [Endpoint<Speaker>] {
///         [
///             .get("/voices") { speaker, _ in speaker.voices },
///             .post("/voice", taking: Voice.self) { speaker, voice, _ in
///                 try speaker.use(voice)
///                 return Response(voice, status: 201)
///             },
///             .beside(.get, "/licence") { _ in Licence.current },
///         ]
///     }
/// }
/// ```
///
/// A class that conforms is final. The worker answers 404, 405 and HEAD by itself. It does not start if
/// there are more than 64 endpoints, if two are the same or the worker's own, or if a path has other
/// characters than letters, digits and `-._~/`.
public protocol EndpointPlugin: PluginClass {
    /// What the plugin answers; read once, before there is an instance.
    static var endpoints: [Endpoint<Self>] { get }
}

/// A method of HTTP that an endpoint answers.
public enum EndpointMethod: Sendable {
    /// GET, and HEAD without the body.
    case get
    /// POST.
    case post
}

/// When requests for an endpoint run that may use the plugin.
public enum EndpointRun: Sendable {
    /// Like `execute`: they wait in the queue, are in `/calls`, and can be cancelled.
    case asCall
    /// Like `initialize`: no call runs meanwhile.
    case alone
}

/// A path that a plugin answers; see ``EndpointPlugin``.
///
/// What a handler returns is written as JSON with status 200; a ``Response`` is sent as it stands. What it
/// throws is told as for `execute`.
public struct Endpoint<Plugin: PluginClass> {
    let method: EndpointMethod
    let path: String
    /// Nil: beside calls.
    let runs: EndpointRun?
    /// Whether the handler runs beside calls, and gets the plugin all the same.
    var readsPlugin = false
    /// What the body is read as, if the handler is given that.
    var input: (any Decodable.Type)?
    /// Runs a request to its end, or starts it.
    let handle: (PluginState<Plugin>, CallContext) -> Int32

    /// An endpoint that answers at once, whatever calls do, and does not use the plugin.
    ///
    /// It may run several times at once.
    ///
    /// - Parameters:
    ///   - method: What it answers.
    ///   - path: From the slash on.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func beside(
        _ method: EndpointMethod, _ path: String,
        _ handler: @escaping @Sendable (CallContext) throws -> some Encodable
    ) -> Self {
        Self(method: method, path: path, runs: nil) { state, call in
            state.answer(call) { try CallResult(handler(call)) }
        }
    }
}

extension Endpoint where Plugin: Sendable {
    /// An endpoint that answers at once, whatever calls do.
    ///
    /// It may run several times at once. A plugin that is no class is a copy, as it was when it had been
    /// created, initialized, reconfigured or cleaned up for the last time.
    ///
    /// - Parameters:
    ///   - method: What it answers.
    ///   - path: From the slash on.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func beside(
        _ method: EndpointMethod, _ path: String,
        _ handler: @escaping @Sendable (Plugin, CallContext) throws -> some Encodable
    ) -> Self {
        Self(method: method, path: path, runs: nil, readsPlugin: true) { state, call in
            state.answer(call) { try CallResult(handler(state.published, call)) }
        }
    }
}
