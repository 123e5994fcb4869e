// How handlers are written for each kind of plugin; the worker sees none of the difference.

extension Endpoint where Plugin: WorkerPlugin {
    /// An endpoint for GET.
    ///
    /// - Parameters:
    ///   - path: From the slash on.
    ///   - runs: When; by default like `execute`.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func get(
        _ path: String, runs: EndpointRun = .asCall,
        _ handler: @escaping (inout Plugin, CallContext) throws -> some Encodable
    ) -> Self {
        make(.get, path, runs) { plugin, call in try handler(&plugin, call) }
    }

    /// An endpoint for POST, whose body is that of the call's CallContext/body.
    ///
    /// - Parameters:
    ///   - path: From the slash on.
    ///   - runs: When; by default like `execute`.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func post(
        _ path: String, runs: EndpointRun = .asCall,
        _ handler: @escaping (inout Plugin, CallContext) throws -> some Encodable
    ) -> Self {
        make(.post, path, runs) { plugin, call in try handler(&plugin, call) }
    }

    /// An endpoint for POST, whose body is read as JSON.
    ///
    /// - Parameters:
    ///   - path: From the slash on.
    ///   - type: What the body is read as; one that is something else is answered 400.
    ///   - runs: When; by default like `execute`.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func post<Input: Decodable>(
        _ path: String, taking type: Input.Type, runs: EndpointRun = .asCall,
        _ handler: @escaping (inout Plugin, Input, CallContext) throws -> some Encodable
    ) -> Self {
        make(.post, path, runs, taking: type) { plugin, call in
            try handler(&plugin, call.body(as: Input.self), call)
        }
    }

    private static func make(
        _ method: EndpointMethod, _ path: String, _ runs: EndpointRun,
        taking input: (any Decodable.Type)? = nil,
        _ handler: @escaping (inout Plugin, CallContext) throws -> some Encodable
    ) -> Self {
        Self(method: method, path: path, runs: runs, input: input) { state, call in
            state.answer(call) { try CallResult(handler(&state.plugin, call)) }
        }
    }
}

extension Endpoint where Plugin: ConcurrentWorkerPlugin {
    /// An endpoint for GET.
    ///
    /// - Parameters:
    ///   - path: From the slash on.
    ///   - runs: When; by default like `execute`.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func get<Output: Encodable & SendableMetatype>(
        _ path: String, runs: EndpointRun = .asCall,
        _ handler: @escaping @Sendable (Plugin, CallContext) throws -> Output
    ) -> Self {
        make(.get, path, runs) { plugin, call in try handler(plugin, call) }
    }

    /// An endpoint for POST, whose body is that of the call's CallContext/body.
    ///
    /// - Parameters:
    ///   - path: From the slash on.
    ///   - runs: When; by default like `execute`.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func post<Output: Encodable & SendableMetatype>(
        _ path: String, runs: EndpointRun = .asCall,
        _ handler: @escaping @Sendable (Plugin, CallContext) throws -> Output
    ) -> Self {
        make(.post, path, runs) { plugin, call in try handler(plugin, call) }
    }

    /// An endpoint for POST, whose body is read as JSON.
    ///
    /// - Parameters:
    ///   - path: From the slash on.
    ///   - type: What the body is read as; one that is something else is answered 400.
    ///   - runs: When; by default like `execute`.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func post<
        Input: Decodable & SendableMetatype, Output: Encodable & SendableMetatype
    >(
        _ path: String, taking type: Input.Type, runs: EndpointRun = .asCall,
        _ handler: @escaping @Sendable (Plugin, Input, CallContext) throws -> Output
    ) -> Self {
        make(.post, path, runs, taking: type) { plugin, call in
            try handler(plugin, call.body(as: Input.self), call)
        }
    }

    private static func make<Output: Encodable & SendableMetatype>(
        _ method: EndpointMethod, _ path: String, _ runs: EndpointRun,
        taking input: (any Decodable.Type)? = nil,
        _ handler: @escaping @Sendable (Plugin, CallContext) throws -> Output
    ) -> Self {
        Self(method: method, path: path, runs: runs, input: input) { state, call in
            state.answer(call) { try CallResult(handler(state.plugin, call)) }
        }
    }
}

extension Endpoint where Plugin: AsyncWorkerPlugin {
    /// An endpoint for GET.
    ///
    /// - Parameters:
    ///   - path: From the slash on.
    ///   - runs: When; by default like `execute`.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func get<Output: Encodable & SendableMetatype>(
        _ path: String, runs: EndpointRun = .asCall,
        _ handler: @escaping @Sendable (Plugin, CallContext) async throws -> Output
    ) -> Self {
        make(.get, path, runs) { plugin, call in try await handler(plugin, call) }
    }

    /// An endpoint for POST, whose body is that of the call's CallContext/body.
    ///
    /// - Parameters:
    ///   - path: From the slash on.
    ///   - runs: When; by default like `execute`.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func post<Output: Encodable & SendableMetatype>(
        _ path: String, runs: EndpointRun = .asCall,
        _ handler: @escaping @Sendable (Plugin, CallContext) async throws -> Output
    ) -> Self {
        make(.post, path, runs) { plugin, call in try await handler(plugin, call) }
    }

    /// An endpoint for POST, whose body is read as JSON.
    ///
    /// - Parameters:
    ///   - path: From the slash on.
    ///   - type: What the body is read as; one that is something else is answered 400.
    ///   - runs: When; by default like `execute`.
    ///   - handler: Makes the answer.
    /// - Returns: The endpoint.
    public static func post<
        Input: Decodable & SendableMetatype, Output: Encodable & SendableMetatype
    >(
        _ path: String, taking type: Input.Type, runs: EndpointRun = .asCall,
        _ handler: @escaping @Sendable (Plugin, Input, CallContext) async throws -> Output
    ) -> Self {
        make(.post, path, runs, taking: type) { plugin, call in
            try await handler(plugin, call.body(as: Input.self), call)
        }
    }

    private static func make<Output: Encodable & SendableMetatype>(
        _ method: EndpointMethod, _ path: String, _ runs: EndpointRun,
        taking input: (any Decodable.Type)? = nil,
        _ handler: @escaping @Sendable (Plugin, CallContext) async throws -> Output
    ) -> Self {
        Self(method: method, path: path, runs: runs, input: input) { state, call in
            let plugin = state.plugin
            return state.start(call) { try CallResult(await handler(plugin, call)) }
        }
    }
}
