import Glibc

/// Which file a descriptor leads to, to notice that it has been closed, or is another file's.
///
/// Of sockets, pipes and files; all eventfds, epolls and the like are one file to fstat(2).
package struct FileIdentity: Sendable {
    private let descriptor: Int32
    let file: FileNumber

    /// Notes what an open descriptor leads to; nil where it is not open.
    package init?(_ descriptor: Int32) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        self.descriptor = descriptor
        file = FileNumber(status)
    }

    /// Whether the descriptor still leads there.
    package var isWhole: Bool { FileIdentity(descriptor)?.file == file }
}

/// A file, by what only it has while it is there.
struct FileNumber: Equatable, Sendable {
    private let device: dev_t
    private let number: ino_t

    init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }
}
