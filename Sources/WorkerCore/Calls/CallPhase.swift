/// The life of one call inside the plugin: which of "execute returned" and "finish was called" has
/// happened.
///
/// Both must come, in either order, each once.
package struct CallPhase: Equatable, Sendable {
    /// What `execute` said when it returned.
    package enum Return: Equatable, Sendable {
        /// The call is said to be finished.
        case done
        /// The call will be finished later.
        case pending
        /// The plugin failed, or threw, without having called finish, perhaps.
        case failed(CallFailure)
    }

    /// What follows after `execute` returned.
    package enum ReturnAction: Equatable, Sendable {
        /// The call has ended: give its slot free.
        case release
        /// Wait for finish; the slot stays taken.
        case wait
        /// Finish the call with this failure in the plugin's place, then give its slot free.
        case finish(CallFailure)
    }

    /// What follows after the plugin called `finish`.
    package enum FinishAction: Equatable, Sendable {
        /// Deliver the outcome; `execute` has not returned yet, and gives the slot free when it does.
        case deliver
        /// Deliver the outcome, then give the slot free.
        case deliverAndRelease
        /// Refuse: the call had been finished.
        case refuse
    }

    private var isFinished = false
    private var isReturned = false

    /// Makes the phase of a call that `execute` is about to be called for.
    package init() {}

    /// The plugin's execute has returned.
    package mutating func returned(_ status: Return) -> ReturnAction {
        precondition(!isReturned, "execute returns once")
        isReturned = true
        if isFinished { return .release }
        switch status {
        case .pending:
            return .wait
        case .done:
            isFinished = true
            return .finish(
                CallFailure(.misbehaviour, "the plugin returned without finishing the call"))
        case .failed(let failure):
            isFinished = true
            return .finish(failure)
        }
    }

    /// The plugin has called finish.
    package mutating func finished() -> FinishAction {
        if isFinished { return .refuse }
        isFinished = true
        return isReturned ? .deliverAndRelease : .deliver
    }
}
