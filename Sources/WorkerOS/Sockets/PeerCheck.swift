import CLinux
import Glibc

/// Decides by the users at their other ends which connections are admitted.
package final class PeerCheck: Sendable {
    /// The socket to the kernel, which over TCP is asked for the user; nil where there is no TCP.
    package let descriptor: Int32?
    private let users: Set<UInt32>

    /// Makes the check; `asksKernel` says whether there are connections of TCP.
    ///
    /// This process's own user is admitted, and so is root, who could read its memory all the same.
    ///
    /// - Throws: `SystemError` where the kernel cannot be asked.
    package init(users: [UInt32], asksKernel: Bool) throws(SystemError) {
        self.users = Set(users + [geteuid(), 0])
        guard asksKernel else {
            descriptor = nil
            return
        }
        let socket = clinux_open_socket_diagnosis()
        guard socket >= 0 else { throw .last }
        descriptor = socket
    }

    deinit { if let descriptor { close(descriptor) } }

    /// Whether the user at the other end of a connected socket is admitted; one that cannot be found out is not.
    ///
    /// On one thread; a few system calls, which do not wait.
    package func admits(_ socket: Int32) -> Bool {
        var user: uid_t = 0
        return unsafe clinux_peer_user(descriptor ?? -1, socket, &user) == 0 && users.contains(user)
    }
}
