/// Where the sources of this package lie.
public enum Repository {
    /// The top folder of the package.
    public static let root: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()
}
