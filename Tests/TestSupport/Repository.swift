private import Glibc

/// Where the sources of this package lie.
public enum Repository {
    /// The top folder of the package.
    public static let root: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()

    /// The text of one of its files.
    public static func text(of path: String) throws -> String {
        let path = "\(root)/\(path)"
        let file = try Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), from: "open \(path)")
        var bytes: [UInt8] = []
        while case let more = try file.read(), !more.isEmpty { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }
}
