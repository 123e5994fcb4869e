/// A plugin that runs several calls at once, each on a thread of the worker's.
public protocol ConcurrentWorkerPlugin: PluginClass, Sendable {
    /// What a call takes; by default nothing.
    ///
    /// `kwargs` are taken by name, `args` by position: the order of the stored properties, or, in an
    /// `init(from:)` of your own, the order in which it asks for its keys.
    associatedtype Arguments: Decodable = NoArguments

    /// What a call returns; ``Null`` for nothing.
    associatedtype Output: Encodable = Null

    /// What a streaming call sends, piece by piece; by default the one result.
    associatedtype Chunk: Encodable = Output

    /// How many calls may run at once: 1 to 256.
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
    func execute(_ arguments: Arguments, call: CallContext) throws -> Output

    /// Runs one call that returns nothing.
    ///
    /// - Parameters:
    ///   - arguments: What the client gave.
    ///   - call: How to report progress and to learn of cancellation.
    /// - Throws: Anything; see ``PluginError`` for what the client gets.
    func execute(_ arguments: Arguments, call: CallContext) throws

    /// Runs one call whose results are sent as they come; by default, the one result of `execute`.
    ///
    /// - Parameters:
    ///   - arguments: What the client gave.
    ///   - stream: Where the results go.
    ///   - call: How to report progress and to learn of cancellation.
    /// - Throws: Anything; the client gets the text as the last line.
    func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Chunk>, call: CallContext
    ) throws
}

extension ConcurrentWorkerPlugin {
    /// Never called: a plugin has the one `execute` or the other.
    public func execute(_ arguments: Arguments, call: CallContext) throws {}

    /// The schemas that follow from `Arguments`, and from what endpoints take.
    public static var bodySchemas: [String: JSONValue] {
        BodySchemas.derived(Self.self, Arguments.self)
    }
}

extension ConcurrentWorkerPlugin where Output == Null {
    /// Runs the call that returns nothing, and returns `null` for it.
    public func execute(_ arguments: Arguments, call: CallContext) throws -> Null {
        try execute(arguments, call: call) as Void
        return Null()
    }

    /// Makes the compiler say what is missing.
    @available(*, unavailable, message: "execute(_:call:) is missing or returns no Encodable")
    public func execute(_ arguments: Arguments, call: CallContext) throws {}
}

extension ConcurrentWorkerPlugin where Chunk == Output {
    /// Sends the one result of `execute`.
    public func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Chunk>, call: CallContext
    ) throws {
        let output: Output = try execute(arguments, call: call)
        try stream.write(output)
    }
}
