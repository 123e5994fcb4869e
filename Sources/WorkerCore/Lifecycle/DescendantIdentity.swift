/// What tells a process from all others, also from a later one with the same number.
package struct DescendantIdentity: Hashable, Sendable {
    package let pid: Int32
    /// When it started, in ticks since the machine did.
    package let start: UInt64

    package init(pid: Int32, start: UInt64) {
        self.pid = pid
        self.start = start
    }
}
