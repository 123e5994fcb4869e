import Glibc

/// A folder that vanishes with its object.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/worker-os-tests.XXXXXX".utf8CString)
        guard let path = unsafe mkdtemp(&template) else { fatalError("no temporary folder") }
        self.path = unsafe String(cString: path)
    }

    deinit {
        (try? ChildProcess(["/bin/rm", "-rf", path]))?.wait()
    }

    /// The path of a name in the folder.
    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and returns its path.
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        let path = path(name)
        let descriptor = unsafe creat(path, 0o600)
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            written += unsafe bytes[written...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
        }
        return path
    }

    /// All bytes of a file; none where it is missing.
    static func read(_ path: String) -> [UInt8] {
        guard let file = unsafe fopen(path, "r") else { return [] }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
