import CLinux
import Glibc
import WorkerThreads

/// Where the binary of this process lies.
package enum ExecutablePath {
    /// Returns the absolute path without symbolic links, or nil where it cannot be had.
    ///
    /// A binary that was replaced since the start is named as it was. Without /proc the path that
    /// the process was started by counts, as long as that leads somewhere. The corresponding C
    /// functions are `readlink` and `realpath`.
    package static func current() -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) {
            buffer in
            guard let base = buffer.baseAddress else { return nil }
            let length = unsafe readlink("/proc/self/exe", base, Int(PATH_MAX))
            guard length > 0 else { return unsafe startPath(into: base) }
            unsafe buffer[length] = 0
            let path = unsafe String(cString: base)
            let mark = " (deleted)"
            return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
        }
    }

    private static func startPath(into buffer: UnsafeMutablePointer<CChar>) -> String? {
        guard let given = unsafe clinux_start_path(), unsafe realpath(given, buffer) != nil
        else { return nil }
        return unsafe String(cString: buffer)
    }

    /// Returns a path by which this binary can be executed once more, and finds the same environment.
    package static func toRunAgain() -> String {
        if let path = asExecuted(), path.contains("/") { return path }
        return current() ?? "/proc/self/exe"
    }

    /// Returns the path that was executed, symbolic links in it unresolved; nil if the kernel does not say.
    ///
    /// Relative where it was given so. The corresponding C function is `clinux_start_path`.
    package static func asExecuted() -> String? {
        unsafe clinux_start_path().map { unsafe String(cString: $0) }
    }
}

/// Becoming another program.
package enum ProgramExecution {
    /// Executes a program in the place of this one, with no signal blocked; returns why it could not.
    ///
    /// `path` is the first argument too. The corresponding C function is `execv`.
    package static func become(_ path: String, arguments: [String]) -> SystemError {
        SignalMask.release()
        let vector = CStrings([path] + arguments)
        unsafe execv(path, vector.pointer)
        return .last
    }
}
