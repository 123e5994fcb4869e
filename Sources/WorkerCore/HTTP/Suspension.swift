/// The handshake between the HTTP thread, which suspends a connection, and the thread that has
/// something for it, which resumes it.
///
/// libmicrohttpd wants each suspend to be followed by exactly one resume, and the connection may
/// vanish once it runs again. So a resume is only ever called after the suspend has returned, by
/// whichever side comes second, and with no lock held: this value, kept under a lock, decides.
package struct Suspension: Sendable {
    /// Where the connection stands.
    package enum Phase: Equatable, Sendable {
        /// The HTTP thread runs it.
        case running
        /// The HTTP thread has decided to suspend it, and is about to.
        case suspending
        /// The same, and the other side has asked for it to run again.
        case suspendingButWanted
        /// It is suspended.
        case suspended
    }

    /// Where the connection stands now.
    package private(set) var phase = Phase.running

    /// Makes the state of a connection that runs.
    package init() {}

    /// The HTTP thread is about to suspend.
    package mutating func willSuspend() {
        precondition(phase == .running, "a connection is suspended by its own thread, once")
        phase = .suspending
    }

    /// The HTTP thread has suspended.
    ///
    /// - Returns: whether the caller now has to resume.
    package mutating func didSuspend() -> Bool {
        let isWanted = phase == .suspendingButWanted
        phase = isWanted ? .running : .suspended
        return isWanted
    }

    /// Another thread has something for the connection.
    ///
    /// - Returns: whether the caller now has to resume.
    package mutating func wake() -> Bool {
        switch phase {
        case .running, .suspendingButWanted:
            return false
        case .suspending:
            phase = .suspendingButWanted
            return false
        case .suspended:
            phase = .running
            return true
        }
    }
}
