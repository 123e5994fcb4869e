/// Why a file cannot be loaded as a plugin, found without running a byte of it.
package enum ELFError: Error, Equatable, CustomStringConvertible {
    case missing(path: String)
    case unreadable(path: String, SystemError)
    case directory(path: String)
    /// A pipe, a socket, a device.
    case notRegularFile(path: String)
    case empty(path: String)
    /// `start` is the beginning of the file, with dots for what cannot be printed.
    case notELF(path: String, start: String)
    case not64Bit(path: String)
    case wrongByteOrder(path: String)
    case wrongMachine(path: String, found: String, expected: String)
    /// `kind` says what the file is: an executable, an object file, a core dump, …
    case notSharedLibrary(path: String, kind: String)
    case noDynamicSegment(path: String)
    case truncated(path: String, needed: UInt64, found: UInt64)
    /// The headers contradict themselves; `fault` names how.
    case malformed(path: String, fault: String)

    package var description: String {
        switch self {
        case .missing(let path): "'\(path)' does not exist"
        case .unreadable(let path, let error): "'\(path)' cannot be read: \(error)"
        case .directory(let path): "'\(path)' is a directory, not a shared library"
        case .notRegularFile(let path): "'\(path)' is not a regular file"
        case .empty(let path): "'\(path)' is empty"
        case .notELF(let path, let start):
            "'\(path)' is not a shared library (ELF): it begins with '\(start)'"
        case .not64Bit(let path): "'\(path)' is a 32-bit library, and this worker is 64-bit"
        case .wrongByteOrder(let path):
            "'\(path)' is big-endian, and this worker is little-endian"
        case .wrongMachine(let path, let found, let expected):
            "'\(path)' is built for \(found), this worker runs on \(expected)"
        case .notSharedLibrary(let path, let kind):
            "'\(path)' is \(kind), which cannot be loaded: expected a shared library"
        case .noDynamicSegment(let path):
            "'\(path)' has no dynamic segment: expected a shared library"
        case .truncated(let path, let needed, let found):
            "'\(path)' is truncated: it has \(found) bytes where its headers promise \(needed)"
        case .malformed(let path, let fault): "'\(path)' is damaged: \(fault)"
        }
    }
}
