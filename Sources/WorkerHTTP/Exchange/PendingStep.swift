internal import WorkerCore

/// What the HTTP thread does next for an exchange.
enum NextStep: ~Copyable {
    /// Send this.
    case reply(Reply)
    /// The call of a stream has been taken in: send the header block.
    case stream
    /// End the connection: there is no client to answer any more.
    case drop
}

/// The step that other threads leave for the HTTP thread: the first to come decides.
struct PendingStep: ~Copyable {
    private var step: NextStep?
    /// The connection is suspended, or about to be, until there is a step.
    private var isAwaited = false

    /// Leaves a step, which is nil afterwards, unless there is one.
    ///
    /// - Returns: whether the HTTP thread has to be woken.
    mutating func leave(_ new: inout NextStep?) -> Bool {
        guard step == nil else { return false }
        step = new.take()
        return exchange(&isAwaited, false)
    }

    /// Takes the step; where there is none, the connection is to be suspended until there is.
    mutating func take() -> NextStep? {
        if let step = step.take() { return step }
        isAwaited = true
        return nil
    }
}
