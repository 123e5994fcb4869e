import CLinux
import Glibc
package import WorkerCore

extension Probe {
    /// The longest answer that is read.
    private static let longest = 64 << 10

    /// Asks the worker; returns what it says, and a sentence where that is not yes.
    ///
    /// For a process that does nothing else: it exits by itself if this takes too long. The
    /// corresponding C functions are `setitimer`, `getaddrinfo`, `connect`, `send` and `recv`.
    /// - Throws: `UsageError` where the file of tokens is of no use.
    package func run(_ environment: Environment) throws(UsageError) -> (Answer, String) {
        clinux_exit_after(UInt(timeout.milliseconds), Answer.none.rawValue)
        let bytes = Array(request(token: try token(environment)).utf8)
        var problem: UnsafePointer<CChar>?
        let descriptor =
            switch target {
            case .unix(let path): Self.connect(path)
            case .tcp(let host, let port): unsafe clinux_connect_tcp(host, port, &problem)
            }
        guard descriptor >= 0 else {
            let text = unsafe problem.map { unsafe String(cString: $0) }
            return (.none, "cannot connect: \(text ?? SystemError(code: -descriptor).description)")
        }
        defer { close(descriptor) }
        // In one piece: it is shorter than any socket's buffer.
        let sent = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        guard sent == bytes.count else { return (.none, "the connection ended") }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while answer.count < Self.longest {
            let count = unsafe recv(descriptor, &piece, piece.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            answer += piece[..<count]
        }
        return read(answer: answer)
    }

    private func token(_ environment: Environment) throws(UsageError) -> String? {
        guard let tokenFile else { return nil }
        do throws(TokenFileError) {
            return try TokenFile(path: tokenFile, environment).firstToken()
        } catch {
            throw .badTokens(.file(tokenFile), error.description)
        }
    }

    /// A socket that is connected to that of a path; a negative error number where that fails.
    private static func connect(_ path: String) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, unsafe clinux_connect_unix(descriptor, path, path.utf8.count) != 0
        else { return descriptor >= 0 ? descriptor : -errno }
        let error = errno
        close(descriptor)
        return -error
    }
}
