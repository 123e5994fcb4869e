import Glibc

/// Plain text to the terminal, for what comes before there is a log.
package enum Console {
    /// Writes a text as a whole, or as much of it as the descriptor takes.
    ///
    /// The corresponding C function is `write`.
    package static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: buffer[written...]).baseAddress,
                    buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            written += count
        }
    }
}
