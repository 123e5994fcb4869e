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
        guard let bytes = try? Self.bytes(of: file(name)) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes `text` to the file `name`, and says where it is.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    /// Makes `name` a new file that is as the one of a path elsewhere.
    public func copy(_ path: String, to name: String) throws {
        _ = unsafe unlink(file(name))
        try write(Self.bytes(of: path), to: name)
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let file = try Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), from: "open \(path)")
        var bytes: [UInt8] = []
        while true {
            let more = try file.read()
            if more.isEmpty { return bytes }
            bytes += more
        }
    }

    @discardableResult
    private func write(_ bytes: [UInt8], to name: String) throws -> String {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        let file = try Descriptor(unsafe open(file(name), flags, 0o600), from: "open \(name)")
        try file.write(bytes, until: Deadline())
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
