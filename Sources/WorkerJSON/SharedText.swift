/// A text that several hold and none changes; it goes with the last of them.
package final class SharedText: Sendable {
    /// The text.
    package let bytes: ByteBuffer

    /// Makes one of a buffer, which is full.
    package init(_ bytes: consuming ByteBuffer) { self.bytes = bytes }
}
