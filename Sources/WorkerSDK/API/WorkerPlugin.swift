/// A plugin that runs one call at a time, and so may simply change its own state.
public protocol WorkerPlugin: PluginClass {
    /// What a call takes; by default nothing.
    ///
    /// `kwargs` are taken by name, `args` by position: the order of the stored properties, or, in an
    /// `init(from:)` of your own, the order in which it asks for its keys.
    associatedtype Arguments: Decodable = NoArguments

    /// What a call returns; ``Null`` for nothing.
    associatedtype Output: Encodable = Null

    /// What a streaming call sends, piece by piece; by default the one result.
    associatedtype Chunk: Encodable = Output

    /// On which thread calls run; any by default.
    static var threading: Threading { get }

    /// Runs one call.
    ///
    /// Instead of a value it may return nothing, which becomes `null`.
    ///
    /// - Parameters:
    ///   - arguments: What the client gave.
    ///   - call: How to report progress and to learn of cancellation.
    /// - Returns: The result, written as JSON.
    /// - Throws: Anything; see ``PluginError`` for what the client gets.
    mutating func execute(_ arguments: Arguments, call: CallContext) throws -> Output

    /// Runs one call that returns nothing.
    ///
    /// - Parameters:
    ///   - arguments: What the client gave.
    ///   - call: How to report progress and to learn of cancellation.
    /// - Throws: Anything; see ``PluginError`` for what the client gets.
    mutating func execute(_ arguments: Arguments, call: CallContext) throws

    /// Runs one call whose results are sent as they come; by default, the one result of `execute`.
    ///
    /// - Parameters:
    ///   - arguments: What the client gave.
    ///   - stream: Where the results go.
    ///   - call: How to report progress and to learn of cancellation.
    /// - Throws: Anything; the client gets the text as the last line.
    mutating func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Chunk>, call: CallContext
    ) throws
}

extension WorkerPlugin {
    /// Any thread, one call at a time.
    public static var threading: Threading { .serial }

    /// Never called: a plugin has the one `execute` or the other.
    public mutating func execute(_ arguments: Arguments, call: CallContext) throws {}

    /// The schemas that follow from `Arguments`, and from what endpoints take.
    public static var bodySchemas: [String: JSONValue] {
        BodySchemas.derived(Self.self, Arguments.self)
    }
}

extension WorkerPlugin where Output == Null {
    /// Runs the call that returns nothing, and returns `null` for it.
    public mutating func execute(_ arguments: Arguments, call: CallContext) throws -> Null {
        try execute(arguments, call: call) as Void
        return Null()
    }

    /// Makes the compiler say what is missing.
    @available(*, unavailable, message: "execute(_:call:) is missing or returns no Encodable")
    public mutating func execute(_ arguments: Arguments, call: CallContext) throws {}
}

extension WorkerPlugin where Chunk == Output {
    /// Sends the one result of `execute`.
    public mutating func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Chunk>, call: CallContext
    ) throws {
        let output: Output = try execute(arguments, call: call)
        try stream.write(output)
    }
}

/// The result of a plugin that returns nothing; `null` in JSON.
public struct Null: Codable, Hashable, Sendable {
    /// Creates the value.
    public init() {}

    /// Takes anything, and keeps nothing of it.
    public init(from _: any Decoder) {}

    /// Writes `null`.
    ///
    /// - Parameter encoder: Where to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}

/// The arguments of a plugin that takes none.
public struct NoArguments: Decodable, Sendable {
    /// Creates the absence of arguments.
    public init() {}
}

/// On which thread of the worker a ``WorkerPlugin`` runs.
public enum Threading: Sendable {
    /// On any, one call at a time. The default.
    case serial
    /// Always on one and the same, one call at a time, from `init` to the end.
    case affine
}
