import CLinux

/// What makes orphaned descendants children of the worker instead of init's.
package enum ChildSubreaper {
    /// Takes the descendants in whose parents end from now on; false where the system refuses.
    ///
    /// Call it at the start, before anything can be spawned. Children do not inherit it. The
    /// corresponding C function is `prctl` with PR_SET_CHILD_SUBREAPER.
    @discardableResult
    package static func enable() -> Bool {
        clinux_become_subreaper()
    }
}
