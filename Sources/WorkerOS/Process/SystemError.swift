import CLinux
import Glibc

/// An error number of the system, described as `Permission denied (EACCES)`.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    package let code: Int32

    package init(code: Int32) {
        self.code = code
    }

    /// The error that the last C call of this thread left in `errno`.
    package static var last: SystemError { SystemError(code: errno) }

    package var description: String {
        guard let text = unsafe clinux_error_text(code), let name = unsafe clinux_error_name(code)
        else { return "error \(code)" }
        return unsafe "\(String(cString: text)) (\(String(cString: name)))"
    }
}

/// Plain text to the terminal, for what comes before there is a log.
package enum Console {
    /// Writes a text as a whole, or as much of it as the descriptor takes; returns why not all.
    ///
    /// A descriptor that was closed when the process began takes nothing, although it is open on
    /// /dev/null since. The corresponding C function is `write`.
    @discardableResult
    package static func write(_ text: String, to descriptor: Int32) -> SystemError? {
        guard !clinux_was_missing(descriptor) else { return SystemError(code: EBADF) }
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: buffer[written...]).baseAddress,
                    buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .last }
            written += count
        }
        return nil
    }
}
