import Glibc

/// The fixture plugins that Tests/Fixtures builds.
public enum Fixture {
    /// The folder of the built fixtures.
    public static let folder = Repository.root + "/.build/fixtures"

    /// The path of the plugin in Swift, beside the binary or that of a debug build.
    public static func swiftPlugins() throws -> String {
        let name = "libSwiftPlugins.so"
        let folder = try WorkerBinary.path().split(separator: "/", omittingEmptySubsequences: false)
            .dropLast().joined(separator: "/")
        let candidates = ["\(folder)/\(name)", "\(Repository.root)/.build/debug/\(name)"]
        guard let path = candidates.first(where: { unsafe access($0, F_OK) == 0 }) else {
            throw TestFailure("no plugin at \(candidates): run `swift build --build-tests`")
        }
        return path
    }

    /// The path of the fixture `name`; fails where it has not been built.
    public static func path(_ name: String) throws -> String {
        let path = "\(folder)/\(name).so"
        guard unsafe access(path, F_OK) == 0 else {
            throw TestFailure("no fixture \(path): run `make fixtures` or `make -C Tests/Fixtures`")
        }
        return path
    }
}
