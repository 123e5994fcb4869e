import Glibc

/// The question whether a descriptor leads to the journal of systemd.
package enum JournalStream {
    /// Returns whether `$JOURNAL_STREAM`, device and inode in decimal, names a descriptor's file.
    ///
    /// The corresponding C function is `fstat`.
    package static func leads(from descriptor: Int32, variable: String?) -> Bool {
        var status = stat()
        guard let variable, unsafe fstat(descriptor, &status) == 0 else { return false }
        return variable == "\(status.st_dev):\(status.st_ino)"
    }
}
