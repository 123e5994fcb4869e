/// What every kind of plugin shares: its name, its configuration and its life.
///
/// Conform to one of ``WorkerPlugin`` (one call at a time), ``ConcurrentWorkerPlugin`` (several
/// threads) and ``AsyncWorkerPlugin`` (Swift tasks), which say how calls run. The worker makes one
/// instance, asks `initialize` and `cleanup` any number of times, and never runs these beside each
/// other or beside a call. The name of the class on the command line is the name of the type.
public protocol PluginClass {
    /// What `POST /initialize` takes; by default nothing.
    associatedtype Configuration: PluginConfiguration = NoConfiguration

    /// The name that `GET /health` shows; by default that of the type.
    static var name: String { get }

    /// The version that `GET /health` shows.
    static var version: String { get }

    /// The JSON Schema of the configuration; by default made from its properties and defaults.
    static var configurationSchema: JSONValue { get }

    /// The JSON Schemas of what requests bring, by path; by default made from the types that are decoded.
    ///
    /// Of `/execute` and `/execute_stream` that is the whole body: an object with `args` and `kwargs`. `GET /openapi.json`
    /// shows them, and no request is checked by them. An enum is told with its cases if it is `CaseIterable`; a type with an
    /// `init(from:)` that looks at what is there is left open.
    static var bodySchemas: [String: JSONValue] { get }

    /// Headers of requests that calls are to have, such as `traceparent`; by default none.
    ///
    /// Up to 32 names of up to 64 bytes. See ``CallContext/headers``.
    static var requestHeaders: [String] { get }

    /// Whether calls stop when asked to, as all should; true by default.
    ///
    /// They do where they look at ``CallContext``, write to a stream, or wait in a Swift task.
    /// False makes `POST /cancel` answer `not_supported`.
    static var supportsCancellation: Bool { get }

    /// Creates the instance. Cheap: what takes long belongs into `initialize`.
    ///
    /// - Throws: Anything; the worker then ends.
    init() throws

    /// Takes a configuration, again for each `POST /initialize`; by default does nothing.
    ///
    /// - Parameter configuration: What the client gave, completed by the defaults.
    /// - Throws: Anything; the client gets the text, and the former configuration stays in force.
    mutating func initialize(_ configuration: Configuration) throws

    /// The configuration in force, where it may differ from the one last taken; by default nil.
    ///
    /// After it changed by itself, call ``Worker/configurationChanged()``.
    var currentConfiguration: Configuration? { get }

    /// Lets go of what `initialize` or calls have acquired; by default does nothing.
    ///
    /// May come twice, and calls may come after it.
    ///
    /// - Throws: Anything; the client gets the text.
    mutating func cleanup() throws
}

extension PluginClass {
    /// The name of the type.
    public static var name: String { String(describing: Self.self) }

    /// The schema that follows from the properties of the configuration and their defaults.
    public static var configurationSchema: JSONValue {
        ConfigurationSchema.derived(Configuration.self)
    }

    /// None, but for the kinds of plugins, whose types tell.
    public static var bodySchemas: [String: JSONValue] { [:] }

    /// None.
    public static var requestHeaders: [String] { [] }

    /// True.
    public static var supportsCancellation: Bool { true }

    /// Does nothing.
    public mutating func initialize(_ configuration: Configuration) throws {}

    /// Nil: the one last taken.
    public var currentConfiguration: Configuration? { nil }

    /// Does nothing.
    public mutating func cleanup() throws {}
}
