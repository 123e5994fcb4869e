package import WorkerCalls
package import WorkerCore
package import WorkerJSON
package import WorkerThreads

/// What the HTTP server needs of the worker behind it.
///
/// Called on the HTTP thread; nothing here waits for plugin code.
package protocol WorkerService: AnyObject, Sendable {
    /// What /health says.
    var health: HealthFacts { get }
    /// What the newest call has reported.
    var progress: ProgressReport { get }
    /// The calls that run and then those that wait, but no more than so many; how many more there are.
    func calls(atMost limit: Int) -> (shown: [CallReport], more: Int)
    /// How far the call of an id is; nil where none of this id runs or waits.
    func progress(id: String) -> ProgressReport?
    /// CPU and memory of the process and its descendants.
    ///
    /// On a thread of its own, as it may take long with many processes.
    func usage() -> ResourceUsage
    /// What /metrics says of the plugin; on the same thread.
    func metrics() -> Scrape.Plugin
    /// Whether the plugin has hooks, or a host that knows them has started it.
    var hasHooks: Bool { get }
    /// What the plugin adds to /stats: JSON members, each behind a comma.
    var furtherStats: String { get }
    /// The schema of the configuration; or why there is none.
    var configSchema: Result<SharedText, CallFailure> { get }
    /// The configuration in force; or why there is none.
    var currentConfig: Result<SharedText, CallFailure> { get }
    /// The JSON Schema of the bodies of POST requests for a path, if the plugin says one.
    func bodySchema(of path: String) -> JSONMembers?
    /// Takes a call in; its client hears of the outcome, from any thread, unless it is refused.
    ///
    /// It does not start before `startCalls`.
    ///
    /// - Returns: why it was not taken in, if it was not.
    func submit(_ call: Call) -> CallRefusal?
    /// A call has failed, or was refused; any thread, once for each.
    func callFailed(_ call: FailedCall)
    /// A request is over; on the HTTP thread, where `ServerOptions.logsAccess` asks for it.
    func requestEnded(_ access: AccessRecord)
    /// Lets the calls start that were taken in since; after each `submit`, or several in a row.
    func startCalls()
    /// Likewise, at the end of each turn of a loop, which waits on that poll; their answers may be events
    /// of it, with numbers beyond `EventPoll.guests`.
    func startCalls(on poll: EventPoll)
    /// One of these events has happened.
    func happened(_ number: UInt64)
    /// Whether such an event is waited for, and to be looked for in each turn.
    var awaitsEvent: Bool { get }
    /// The loop ends, and its poll with it.
    func loopEnds()
    /// Cancels the call of a client.
    func cancel(_ client: any CallClient, _ failure: CallFailure)
    /// Cancels the calls of an id; the completion gets the answer, from any thread, once, and soon.
    ///
    /// - Returns: false where none of this id runs or waits; the completion is not called then.
    func cancel(
        id: String, _ failure: CallFailure, completion: @escaping @Sendable (CancelAnswer) -> Void
    ) -> Bool
    /// A request was refused before it was known what it asks for; may come as often as clients like.
    ///
    /// - Parameters:
    ///   - status: of the answer.
    ///   - detail: what the client is told, one of a fixed set of sentences.
    func requestRefused(_ status: UInt32, _ detail: String)
    /// libmicrohttpd complains of something; may come as often as clients like.
    ///
    /// - Parameters:
    ///   - complaint: one line.
    ///   - isClients: whether it is of what a client has done.
    func libraryComplained(_ complaint: String, isClients: Bool)
    /// Cancels all calls; the completion gets the answer, from any thread, once, and soon.
    func cancelAll(
        _ failure: CallFailure, completion: @escaping @Sendable (CancelAnswer) -> Void)
    /// The server cannot go on without a descriptor, of this name, that was closed or replaced by
    /// foreign code; on the HTTP thread, which serves no more.
    func lostDescriptor(_ name: String)
    /// Has something told that operators should know; on the HTTP thread.
    func report(_ text: String)
}
