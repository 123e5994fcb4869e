import Glibc
import WorkerCore

/// The users and groups that the system knows.
enum AccountDatabase {
    /// More than the largest group's list of members has been seen to take, bytes.
    private static let room = 1 << 20

    /// The number of a user or a group; nil where the system knows none of this name, or cannot say.
    ///
    /// It may ask other services, and take its time. The corresponding C functions are `getpwnam_r`
    /// and `getgrnam_r`.
    static func number(of kind: Account.Kind, _ name: String) -> UInt32? {
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: room)
        defer { unsafe buffer.deallocate() }
        switch kind {
        case .user:
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            unsafe getpwnam_r(name, &entry, buffer, room, &found)
            return unsafe found?.pointee.pw_uid
        case .group:
            var entry = unsafe group()
            var found: UnsafeMutablePointer<group>?
            unsafe getgrnam_r(name, &entry, buffer, room, &found)
            return unsafe found?.pointee.gr_gid
        }
    }
}
