package import WorkerCore
package import WorkerJSON

/// What the HTTP server needs of the worker behind it.
///
/// Called on the HTTP thread; nothing here waits for plugin code.
package protocol WorkerService: AnyObject, Sendable {
    /// How many calls run, and how many wait.
    var load: (running: Int, queued: Int) { get }
    /// What the newest call has reported.
    var progress: ProgressReport { get }
    /// Every call that runs or waits.
    var calls: [CallReport] { get }
    /// Whether calls are taken and get done.
    var readiness: Readiness { get }
    /// How far the call of an id is; nil where none of this id runs or waits.
    func progress(id: String) -> ProgressReport?
    /// CPU and memory of the process and its descendants.
    func usage() -> ResourceUsage
    /// Appends the schema of the configuration; or says why there is none.
    func configSchema(into text: inout ByteBuffer) -> CallFailure?
    /// Appends the configuration in force; or says why there is none.
    func currentConfig(into text: inout ByteBuffer) -> CallFailure?
    /// Takes a call in; its exchange hears of the outcome, from any thread, unless it is refused.
    ///
    /// - Parameters:
    ///   - kind: what is asked.
    ///   - body: validated JSON text.
    ///   - args: where in it `args`, or the configuration, lie.
    ///   - kwargs: where in it `kwargs` lie.
    ///   - deadline: when the call is given up, in nanoseconds of CLOCK_MONOTONIC; nil for never.
    ///   - exchange: who waits for it, with its id and arrival.
    /// - Returns: why it was not taken in, if it was not.
    func submit(
        _ kind: CallKind, body: consuming ByteBuffer, args: Range<Int>?, kwargs: Range<Int>?,
        deadline: UInt64?, exchange: Exchange
    ) -> CallRefusal?
    /// A call has failed, or was refused; any thread, once for each.
    func callFailed(_ call: FailedCall)
    /// Lets the calls start that were taken in since; after each `submit`, or several in a row.
    func startCalls()
    /// Cancels the call of an exchange, whose client has gone away.
    func cancel(_ exchange: Exchange)
    /// Cancels the calls of an id; the completion gets the answer, from any thread, once, and soon.
    ///
    /// - Returns: false where none of this id runs or waits; the completion is not called then.
    func cancel(id: String, completion: @escaping @Sendable (CancelReply) -> Void) -> Bool
    /// libmicrohttpd complains of something; may come as often as clients like.
    ///
    /// - Parameters:
    ///   - complaint: one line.
    ///   - isClients: whether it is of what a client has done.
    func libraryComplained(_ complaint: String, isClients: Bool)
    /// Cancels all calls; the completion gets the answer, from any thread, once, and soon.
    func cancelAll(completion: @escaping @Sendable (CancelReply) -> Void)
    /// Has something told that operators should know; on the HTTP thread.
    func report(_ text: String)
}
