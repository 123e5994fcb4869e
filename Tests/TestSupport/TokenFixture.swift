/// A worker's file of tokens, in a folder of its own.
public final class TokenFixture: Sendable {
    /// A token that is in it.
    public static let token = "a-token-of-32-characters-0123456"
    /// The header that shows it.
    public static let header = ("Authorization", "Bearer \(token)")
    /// Its folder.
    public let folder: TemporaryFolder
    /// Its path.
    public let path: String
    /// The options that have a worker use it.
    public var options: [String] { ["--token-file", path] }

    /// Writes the file.
    public init(_ text: String = token + "\n") throws {
        folder = try TemporaryFolder()
        path = try folder.write(text, to: "tokens")
    }
}
