public import Glibc

/// Acting as other users of the machine, which only root can.
public enum OtherUser {
    /// Whether the tests run as root; tests that need it are skipped otherwise.
    public static var isPossible: Bool { geteuid() == 0 }

    /// A user that owns nothing, and is not known to the system.
    public static let stranger: uid_t = 54_321
    /// Another one.
    public static let friend: uid_t = 54_322

    /// Runs `body` on this thread as a user: what it opens and connects is theirs.
    public static func run<Result>(_ user: uid_t, _ body: () throws -> Result) throws -> Result {
        guard GNUFunctions.setThreadUser(user) == 0 else {
            throw TestFailure("setresuid: \(errorText())")
        }
        defer { _ = GNUFunctions.setThreadUser(0) }
        return try body()
    }
}
