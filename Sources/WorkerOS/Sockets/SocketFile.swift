import CLinux
import Glibc
import Synchronization
import WorkerCore

/// The file of a Unix socket of this process, from before its bind to its removal.
///
/// A file `PATH.lock` beside it is locked as long as this process lives: of several that start at once
/// one gets the path, also while it does not listen yet. The lock of a process that was killed is gone,
/// and the socket that it has left behind refuses connections: only such a one is replaced.
///
/// The lock is of the kind that a process has and those that it forks have not (POSIX): what a plugin
/// leaves running is not to keep the path.
final class SocketFile: Sendable {
    /// How often a lock is tried anew whose file was removed in the moment in which it was locked.
    private static let mostAttempts = 100

    private let path: String
    private let folder: Int32
    private let name: String
    private let lock: Int32
    /// The file, once it has been made.
    private let made = Mutex<FileNumber?>(nil)

    /// Takes a path for this process.
    ///
    /// - Throws: `SocketPathError` where the folder is not safe, another process has the path, or what is
    ///   there is no socket.
    init(_ path: String) throws(SocketPathError) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let parent = slash.map { path[...$0] } ?? "."
        self.path = path
        name = String(slash.map { path[path.utf8.index(after: $0)...] } ?? path[...])
        folder = try Self.openFolder(String(parent))
        do throws(SocketPathError) {
            lock = try Self.takeLock("\(name).lock", in: folder)
        } catch {
            close(folder)
            throw error
        }
        do throws(SocketPathError) {
            try clear()
        } catch {
            remove()
            throw error
        }
    }

    deinit {
        close(lock)
        close(folder)
    }

    /// Makes the file by binding a socket, which does not listen yet, and gives it permissions and a group.
    ///
    /// Until the socket listens no client can connect. And at no time may more users write to the file than
    /// in the end.
    func bind(
        _ socket: Int32, mode: FileMode, group: UInt32?
    ) throws(SocketPathError) {
        do throws(SocketPathError) {
            guard fchmod(socket, mode.bits & 0o700) == 0,
                unsafe clinux_bind_unix(socket, path, path.utf8.count) == 0
            else { throw .system(.last) }
            // The path leads to the folder that was looked at, unless what is above it was changed.
            guard let status = Self.status(of: name, in: folder), Self.isSocket(status),
                status.st_uid == geteuid()
            else { throw .leadsElsewhere }
            made.withLock { $0 = FileNumber(status) }
            if let group,
                unsafe fchownat(folder, name, .max, group, AT_SYMLINK_NOFOLLOW) != 0
            {
                throw .group(group, .last)
            }
            guard unsafe fchmodat(folder, name, mode.bits, 0) == 0 else { throw .system(.last) }
        } catch {
            remove()
            throw error
        }
    }

    /// Removes the file, unless another one has come into its place, and gives up the lock.
    func remove() {
        let made = made.withLock { $0.take() }
        if let made, let now = Self.status(of: name, in: folder), FileNumber(now) == made {
            unsafe unlinkat(folder, name, 0)
        }
        let lockName = "\(name).lock"
        if Self.isFile(lock, lockName, in: folder) { unsafe unlinkat(folder, lockName, 0) }
    }

    /// Removes a socket that nothing listens on any more.
    private func clear() throws(SocketPathError) {
        guard let status = Self.status(of: name, in: folder) else {
            guard errno == ENOENT else { throw .system(.last) }
            return
        }
        guard Self.isSocket(status) else { throw .notSocket }
        switch try Self.errorOfConnecting(to: path) {
        case ECONNREFUSED:
            guard unsafe unlinkat(folder, name, 0) == 0 || errno == ENOENT else {
                throw .cannotReplace(.last)
            }
        // A full backlog, or a socket of another type, is one that is in use.
        case 0, EAGAIN, EPROTOTYPE: throw .inUse(process: nil)
        case let error: throw .cannotReplace(SystemError(code: error))
        }
    }

    private static func errorOfConnecting(to path: String) throws(SocketPathError) -> Int32 {
        let client = makeSocket(AF_UNIX, SOCK_STREAM)
        guard client >= 0 else { throw .system(.last) }
        defer { close(client) }
        return unsafe clinux_connect_unix(client, path, path.utf8.count) == 0 ? 0 : errno
    }

    /// Opens the folder, in which only this user and root may replace files of this user.
    private static func openFolder(_ path: String) throws(SocketPathError) -> Int32 {
        let folder = unsafe clinux_open_folder(path)
        guard folder >= 0 else { throw .folder(.last) }
        var status = stat()
        do throws(SocketPathError) {
            guard unsafe fstat(folder, &status) == 0 else { throw .folder(.last) }
            guard status.st_uid == geteuid() || status.st_uid == 0 else {
                throw .foreignFolder(owner: status.st_uid)
            }
            let othersMayWrite = status.st_mode & (S_IWGRP | S_IWOTH) != 0
            guard !othersMayWrite || status.st_mode & S_ISVTX != 0 else { throw .openFolder }
        } catch {
            close(folder)
            throw error
        }
        return folder
    }

    /// Locks the lock's file, which a process that ends may just be removing.
    private static func takeLock(
        _ name: String, in folder: Int32
    ) throws(SocketPathError) -> Int32 {
        for _ in 0..<mostAttempts {
            let lock = unsafe clinux_open_lock(folder, name)
            guard lock >= 0 else { throw .lock(.last) }
            do throws(SocketPathError) {
                var status = stat()
                guard unsafe fstat(lock, &status) == 0 else { throw .lock(.last) }
                // A second name may be another user's way to have the permissions of a file of ours changed.
                guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
                    status.st_nlink <= 1
                else { throw .foreignLock }
                // The umask may have left nothing of its permissions for the next one to open it with.
                guard fchmod(lock, FileMode.standard.bits) == 0 else { throw .lock(.last) }
                var holder: pid_t = 0
                switch unsafe clinux_lock(lock, &holder) {
                case 0: if isFile(lock, name, in: folder) { return lock }
                case 1: throw .inUse(process: holder > 0 ? holder : nil)
                default: throw .lock(.last)
                }
            } catch {
                close(lock)
                throw error
            }
            close(lock)
        }
        throw .inUse(process: nil)
    }

    /// Whether a descriptor leads to the file that has a name.
    private static func isFile(_ descriptor: Int32, _ name: String, in folder: Int32) -> Bool {
        guard let named = status(of: name, in: folder) else { return false }
        return FileIdentity(descriptor)?.file == FileNumber(named)
    }

    /// What is known of a file, which may be a link; nil with `errno` where there is none.
    private static func status(of name: String, in folder: Int32) -> stat? {
        var status = stat()
        return unsafe fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    private static func isSocket(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFSOCK }
}

/// Why a path cannot be had for a Unix socket.
package enum SocketPathError: Error, Equatable, CustomStringConvertible {
    case folder(SystemError)
    case foreignFolder(owner: UInt32)
    /// Others may write to the folder, and so replace files of this user.
    case openFolder
    case lock(SystemError)
    case foreignLock
    case inUse(process: Int32?)
    case notSocket
    /// A socket is there, and it cannot be found out that none listens on it, or not be removed.
    case cannotReplace(SystemError)
    case leadsElsewhere
    case group(UInt32, SystemError)
    case system(SystemError)

    package var description: String {
        switch self {
        case .folder(let error): "its folder cannot be opened: \(error)"
        case .foreignFolder(let owner):
            "its folder belongs to user \(owner), not to this one or root"
        case .openFolder: "its folder may be written to by other users, and is not sticky"
        case .lock(let error): "its lock, a file of this name with '.lock', cannot be had: \(error)"
        case .foreignLock:
            "its lock, a file of this name with '.lock', is no file of this user's alone"
        case .inUse(let process):
            (process.map { "process \($0)" } ?? "another process") + " serves it already"
        case .notSocket: "what is there is no socket, and is left alone"
        case .cannotReplace(let error): "the socket that is there cannot be replaced: \(error)"
        case .leadsElsewhere: "the path leads to another folder than it did a moment ago"
        case .group(let group, let error): "its file cannot be given to group \(group): \(error)"
        case .system(let error): "\(error)"
        }
    }
}
