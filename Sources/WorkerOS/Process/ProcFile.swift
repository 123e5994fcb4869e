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

/// A walk over the words of a text that are separated by white space.
struct NumberReader {
    private let text: ArraySlice<UInt8>
    private var index: Int

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        index = text.startIndex
    }

    /// Takes the next word as a decimal number; nil where it is none, or the text is at its end.
    mutating func next() -> UInt64? {
        skipSpace()
        var value: UInt64 = 0
        let start = index
        while index < text.endIndex, 0x30...0x39 ~= text[index] {
            value = value &* 10 &+ UInt64(text[index] - 0x30)
            index += 1
        }
        return index > start ? value : nil
    }

    /// Takes the next word, of which the first byte counts; nil at the end of the text.
    mutating func letter() -> UInt8? {
        skipSpace()
        guard index < text.endIndex else { return nil }
        defer { skipWord() }
        return text[index]
    }

    /// Steps over the next word.
    mutating func skipWord() {
        skipSpace()
        while index < text.endIndex, text[index] > 0x20 { index += 1 }
    }

    private mutating func skipSpace() {
        while index < text.endIndex, text[index] <= 0x20 { index += 1 }
    }
}
