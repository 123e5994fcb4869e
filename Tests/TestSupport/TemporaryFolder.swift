import Glibc

/// A folder that is removed, with what is in it, at the end of the test.
public final class TemporaryFolder: Sendable {
    /// Its path.
    public let path: String

    /// Makes the folder.
    public init() throws {
        var template = Array("/tmp/universal-worker-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw TestFailure("mkdtemp: \(errorText())") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// The path of `name` in it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The text of the file `name`; "" where there is none.
    public func text(_ name: String) -> String {
        let raw = unsafe open(file(name), O_RDONLY | O_CLOEXEC)
        guard let file = try? Descriptor(raw, from: "open") else { return "" }
        var bytes: [UInt8] = []
        while let more = try? file.read(), !more.isEmpty { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes `text` to the file `name`, and says where it is.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        let file = try Descriptor(unsafe open(file(name), flags, 0o600), from: "open \(name)")
        try file.write(Array(text.utf8), until: Deadline())
        return self.file(name)
    }

    /// Makes the symbolic link `name` to `target`.
    public func link(_ name: String, to target: String) throws {
        guard unsafe symlink(target, file(name)) == 0 else {
            throw TestFailure("symlink: \(errorText())")
        }
    }

    /// Removes a folder of files and folders.
    private static func remove(_ path: String) {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                if name == "." || name == ".." { continue }
                let inner = "\(path)/\(name)"
                if unsafe unlink(inner) != 0 { remove(inner) }
            }
            unsafe closedir(folder)
        }
        unsafe rmdir(path)
    }
}
