/// The arguments of a plugin that takes none.
public struct NoArguments: Decodable, Sendable {
    /// Creates the absence of arguments.
    public init() {}
}
