internal import Synchronization
internal import WorkerCore
internal import WorkerOS

/// The sockets on which the worker takes connections: one of TCP or inherited, one of its own path, or both.
final class Listeners: Sendable {
    private let opened = Mutex<[ListeningSocket]>([])
    private let check = Mutex<PeerCheck?>(nil)

    /// In the order in which they were opened.
    var all: [ListeningSocket] { opened.withLock { $0 } }

    /// Takes the places that the configuration names; clients cannot connect before `listen`, but to an
    /// inherited socket.
    ///
    /// - Throws: `SocketError`; what had been opened before stays open.
    func open(_ configuration: Configuration) throws(SocketError) {
        switch configuration.socketSource {
        case .bind(let host, let port): add(try ListeningSocket.bind(host: host, port: port))
        case .inherited(let descriptor): add(try ListeningSocket.inherited(fd: descriptor))
        case nil: break
        }
        if let path = configuration.unixPath {
            add(
                try ListeningSocket.unix(
                    path, mode: configuration.unixMode, group: configuration.unixGroup?.number))
        }
        let users = configuration.allowedUsers.compactMap(\.number)
        guard !users.isEmpty else { return }
        do throws(SystemError) {
            let made = try PeerCheck(users: users, asksKernel: all.contains { !$0.isUnix })
            check.withLock { $0 = made }
        } catch {
            throw .cannotKnowPeers(error)
        }
    }

    /// Which users are admitted; nil for all that can connect.
    var peers: PeerCheck? { check.withLock { $0 } }

    private func add(_ socket: ListeningSocket) { opened.withLock { $0.append(socket) } }

    /// Lets connections come in on those that are this process's own.
    func listen() throws(SocketError) {
        for socket in all where !socket.isInherited { try socket.listen() }
    }

    /// Whether one of them outlives this process, and clients can connect before it listens.
    var isAnyInherited: Bool { all.contains(where: \.isInherited) }

    /// What they are called in logs.
    var name: String { all.map(\.name).joined(separator: " and ") }

    /// The port of the one of TCP; nil where there is none.
    var port: UInt16? { all.lazy.compactMap(\.port).first }

    /// Removes the file that this process has made for its clients; before its end, on any thread.
    func removeFile() {
        for socket in all { socket.removeFile() }
    }
}
