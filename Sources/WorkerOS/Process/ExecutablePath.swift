import Glibc

/// Where the binary of this process lies.
package enum ExecutablePath {
    /// Returns the absolute path without symbolic links, or nil where /proc is not mounted.
    ///
    /// A binary that was replaced since the start is named as it was. The corresponding C function
    /// is `readlink`.
    package static func current() -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) {
            buffer in
            guard let base = buffer.baseAddress else { return nil }
            let length = unsafe readlink("/proc/self/exe", base, Int(PATH_MAX))
            guard length > 0 else { return nil }
            unsafe buffer[length] = 0
            let path = unsafe String(cString: base)
            let mark = " (deleted)"
            return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
        }
    }
}
