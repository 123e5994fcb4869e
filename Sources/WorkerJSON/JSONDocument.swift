/// What a valid JSON text holds, and where.
package struct JSONDocument: Equatable, Sendable {
    /// The kind of the value.
    package let root: JSONRoot
    /// Where the value lies in its buffer, in bytes, without a mark and white space around it.
    package let range: Range<Int>

    /// Creates a description of a document.
    package init(root: JSONRoot, range: Range<Int>) {
        self.root = root
        self.range = range
    }
}
