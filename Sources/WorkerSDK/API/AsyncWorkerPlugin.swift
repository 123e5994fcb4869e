/// A plugin whose calls are Swift tasks, cancelled when the worker wants the call to stop.
///
/// Code that computes for long or blocks belongs into one of the other kinds: few threads run all
/// tasks.
public protocol AsyncWorkerPlugin: PluginClass, Sendable {
    /// What a call takes; by default nothing.
    ///
    /// `kwargs` are taken by name, `args` by position: the order of the stored properties, or, in an
    /// `init(from:)` of your own, the order in which it asks for its keys.
    associatedtype Arguments: Decodable & Sendable = NoArguments

    /// What a call returns; ``Null`` for nothing.
    associatedtype Output: Encodable = Null

    /// What a streaming call sends, piece by piece; by default the one result.
    associatedtype Chunk: Encodable = Output

    /// How many calls may run at once: 1 to 256; by default 64.
    static var maximumConcurrency: Int { get }

    /// Runs one call.
    ///
    /// Instead of a value it may return nothing, which becomes `null`.
    ///
    /// - Parameters:
    ///   - arguments: What the client gave.
    ///   - call: How to report progress and to learn of cancellation.
    /// - Returns: The result, written as JSON.
    /// - Throws: Anything; see ``PluginError`` for what the client gets.
    func execute(_ arguments: Arguments, call: CallContext) async throws -> Output

    /// Runs one call that returns nothing.
    ///
    /// - Parameters:
    ///   - arguments: What the client gave.
    ///   - call: How to report progress and to learn of cancellation.
    /// - Throws: Anything; see ``PluginError`` for what the client gets.
    func execute(_ arguments: Arguments, call: CallContext) async throws

    /// Runs one call whose results are sent as they come; by default, the one result of `execute`.
    ///
    /// - Parameters:
    ///   - arguments: What the client gave.
    ///   - stream: Where the results go.
    ///   - call: How to report progress and to learn of cancellation.
    /// - Throws: Anything; the client gets the text as the last line.
    func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Chunk>, call: CallContext
    ) async throws
}

extension AsyncWorkerPlugin {
    /// 64.
    public static var maximumConcurrency: Int { 64 }

    /// Never called: a plugin has the one `execute` or the other.
    public func execute(_ arguments: Arguments, call: CallContext) async throws {}

    /// The schemas that follow from `Arguments`, and from what endpoints take.
    public static var bodySchemas: [String: JSONValue] {
        BodySchemas.derived(Self.self, Arguments.self)
    }
}

extension AsyncWorkerPlugin where Output == Null {
    /// Runs the call that returns nothing, and returns `null` for it.
    public func execute(_ arguments: Arguments, call: CallContext) async throws -> Null {
        try await execute(arguments, call: call) as Void
        return Null()
    }

    /// Makes the compiler say what is missing.
    @available(*, unavailable, message: "execute(_:call:) is missing or returns no Encodable")
    public func execute(_ arguments: Arguments, call: CallContext) async throws {}
}

extension AsyncWorkerPlugin where Chunk == Output {
    /// Sends the one result of `execute`.
    public func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Chunk>, call: CallContext
    ) async throws {
        let output: Output = try await execute(arguments, call: call)
        try await stream.write(output)
    }
}
