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
