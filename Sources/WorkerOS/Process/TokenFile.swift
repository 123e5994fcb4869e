import Glibc
package import WorkerCore

/// Why there are no tokens where they should be; it never says what stands there.
package enum TokenFileError: Error, Equatable, CustomStringConvertible {
    case unreadable(SystemError)
    case notRegularFile
    case open(mode: UInt32)
    case foreign(owner: UInt32)
    case tooLarge
    case malformed(BearerTokensError)

    package var description: String {
        switch self {
        case .unreadable(let error): "it cannot be read: \(error)"
        case .notRegularFile: "it is not a regular file"
        case .open(let mode):
            "group or others may use it (mode \(String(mode, radix: 8))): expected mode 600 or 400"
        case .foreign(let owner): "it belongs to user \(owner), not to this one or root"
        case .tooLarge: "it is larger than \(TokenFile.limit) bytes"
        case .malformed(let error): "\(error)"
        }
    }
}

/// A file of tokens, which is read at the start and at each SIGHUP.
///
/// Its path stays what it was at the start, wherever the process goes since.
package struct TokenFile: Sendable {
    /// The most bytes that are read: four tokens have half of it at most.
    static let limit = 32 << 10
    /// Absolute, unless there was no working directory.
    package let path: String
    /// Its folder, if that is the one of systemd's credentials.
    private let credentials: String?

    /// Names a file; nothing is read.
    package init(path: String, _ environment: Environment) {
        let directory = path.hasPrefix("/") ? nil : Self.workingDirectory
        self.path = directory.map { "\($0)/\(path)" } ?? path
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        credentials =
            !folder.isEmpty && folder == environment[TokenSource.folderVariable] ? folder : nil
    }

    /// Reads the tokens.
    package func read() throws(TokenFileError) -> BearerTokens { try BearerTokens.read(bytes()) }

    /// Reads the first token, to show it to a worker; all have to be well formed.
    package func firstToken() throws(TokenFileError) -> String {
        let bytes = try bytes()
        _ = try BearerTokens.read(bytes)
        return String(decoding: bytes.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self)
    }

    /// Reads the file.
    ///
    /// Does not wait for a pipe's writer, and reads from nothing but a regular file, which symbolic links
    /// may lead to. The corresponding C functions are `open`, `fstat` and `read`.
    private func bytes() throws(TokenFileError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            // A socket.
            throw errno == ENXIO ? .notRegularFile : .unreadable(.last)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(.last) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegularFile }
        // Who owns a file knows what stands there, also where root alone could read it.
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .foreign(owner: status.st_uid)
        }
        guard isPrivate(status) else { throw .open(mode: status.st_mode & 0o777) }
        var bytes = [UInt8](repeating: 0, count: Self.limit + 1)
        var count = 0
        while count < bytes.count {
            let more = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                return unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw .unreadable(.last) }
            if more == 0 { break }
            count += more
        }
        guard count <= Self.limit else { throw .tooLarge }
        return Array(bytes[..<count])
    }

    /// Whether the file is its owner's alone, or root's, who lets a group read it: so a Secret of Kubernetes
    /// comes to a pod that does not run as root.
    ///
    /// systemd gives a credential to the unit's user by an access control list, whose mask shows as the
    /// mode of the group; what its folder says of others counts for the file as well.
    private func isPrivate(_ file: stat) -> Bool {
        let isRoots = file.st_uid == 0 && geteuid() != 0
        guard let credentials else { return file.st_mode & (isRoots ? 0o037 : 0o077) == 0 }
        if file.st_mode & 0o007 == 0 { return true }
        var folder = stat()
        return unsafe stat(credentials, &folder) == 0 && folder.st_mode & 0o007 == 0
    }

    private static var workingDirectory: String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let path = unsafe getcwd(buffer.baseAddress, buffer.count) else { return nil }
            return unsafe String(cString: path)
        }
    }
}

extension BearerTokens {
    fileprivate static func read(_ text: [UInt8]) throws(TokenFileError) -> BearerTokens {
        do throws(BearerTokensError) {
            return try BearerTokens(lines: text.span)
        } catch {
            throw .malformed(error)
        }
    }
}

extension Environment {
    /// Reads the tokens that stand in the environment itself.
    package func readToken() throws(TokenFileError) -> BearerTokens {
        try BearerTokens.read(token ?? [])
    }
}
