/// A process as it was seen at one moment.
package struct DescendantSighting: Sendable, Equatable {
    package let identity: DescendantIdentity
    /// The number of its parent at that moment.
    package let parent: Int32
    /// The session that it was in; inherited from its creator, or its own number.
    package let session: Int32
    /// Whether nothing of it runs any more: a zombie, which only waits to be reaped.
    package let isGone: Bool

    package init(
        identity: DescendantIdentity, parent: Int32, session: Int32, isGone: Bool = false
    ) {
        self.identity = identity
        self.parent = parent
        self.session = session
        self.isGone = isGone
    }
}
