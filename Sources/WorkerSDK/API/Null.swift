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
