import Glibc

/// A reader of small files of /proc, with one buffer for all of them.
struct ProcFile {
    private var buffer = [UInt8](repeating: 0, count: 4_096)
    private var count = 0

    /// Whether /proc shows this process; in sandboxes it may be missing.
    static var isMounted: Bool { unsafe access("/proc/self/stat", R_OK) == 0 }

    /// The text that was read last.
    var text: ArraySlice<UInt8> { buffer[..<count] }

    /// Reads a file whole; false where it, or its process, does not exist.
    mutating func read(_ path: String) -> Bool {
        count = 0
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        while true {
            if count == buffer.count {
                buffer.append(contentsOf: repeatElement(0, count: buffer.count))
            }
            let read = unsafe buffer.withUnsafeMutableBytes { [count] bytes in
                let rest = unsafe bytes[count...]
                return unsafe Glibc.read(
                    descriptor, UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress,
                    rest.count)
            }
            guard read >= 0 else { return false }
            if read == 0 { return true }
            count += read
        }
    }

    /// Reads what `/proc/PID/stat` says of a process; nil where it does not exist.
    mutating func status(of process: Int32) -> ProcessStatus? {
        read("/proc/\(process)/stat") ? ProcessStatus(text) : nil
    }

    /// Calls `body` with each entry of a folder whose name is a number.
    static func numbers(in folder: String, _ body: (Int32) -> Void) {
        guard let stream = unsafe opendir(folder) else { return }
        defer { unsafe closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let number = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name -> Int32? in
                var value: Int32 = 0
                for index in name.indices {
                    let byte = unsafe name[index]
                    if byte == 0 { return value }
                    guard 0x30...0x39 ~= byte else { return nil }
                    value = value &* 10 &+ Int32(byte - 0x30)
                }
                return nil
            }
            if let number { body(number) }
        }
    }
}
