package import WorkerCore
package import WorkerJSON

/// The client's side of a call: for a request by HTTP its exchange.
///
/// The plugin's side holds no lock while it calls `callDidFinish`, `wake` or `waitForRoom`.
package protocol CallClient: AnyObject, Sendable {
    /// The plugin begins to work for it: at most once, on any thread, before it hears of the outcome.
    func callStarts(at moment: Moment)

    /// Takes the outcome: once, on any thread, and without waiting.
    func callDidFinish(_ outcome: consuming CallOutcome)

    /// Takes lines of a stream, if there is room for more; never waits.
    ///
    /// - Parameter lines: whole NDJSON lines; empty afterwards if they were taken.
    /// - Returns: what became of them.
    func offer(_ lines: inout ByteBuffer) -> StreamOffer

    /// Has lines sent that `offer` took with `.takenAndWaking`.
    func wake()

    /// Waits until there is room or no more lines are wanted.
    func waitForRoom()

    /// No more lines are wanted: `offer` answers `.closed` from now on, and waiters return.
    func close()
}

/// What became of stream lines that were offered to the client's side.
package enum StreamOffer: Sendable {
    /// They will be sent.
    case taken
    /// They will be sent once the connection has been woken, which is up to the caller.
    case takenAndWaking
    /// They were left: the client is slower than the plugin.
    case full
    /// They were left: they are not wanted.
    case closed
}
