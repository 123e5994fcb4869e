package import WorkerCore
package import WorkerJSON

/// What the HTTP server needs of the worker behind it.
///
/// Called on the HTTP thread; nothing here waits for plugin code.
package protocol WorkerService: Sendable {
    /// How many calls run, and how many wait.
    var load: (running: Int, queued: Int) { get }
    /// What the newest call has reported.
    var progress: ProgressReport { get }
    /// CPU and memory of the process and its descendants.
    func usage() -> ResourceUsage
    /// Appends the schema of the configuration; or says why there is none.
    func configSchema(into text: inout ByteBuffer) -> CallFailure?
    /// Appends the configuration in force; or says why there is none.
    func currentConfig(into text: inout ByteBuffer) -> CallFailure?
    /// Takes a call in; its exchange hears of the outcome, from any thread, unless it is refused.
    func submit(_ request: consuming CallRequest) -> CallRefusal?
    /// Cancels all calls; the completion gets the answer, from any thread, once, and soon.
    func cancelAll(completion: @escaping @Sendable (CancelReply) -> Void)
    /// The worker takes note that a client sent what it should not; for the debug log.
    func requestRefused(status: UInt32, detail: String)
}

/// What `/stats` reports.
package struct ResourceUsage: Sendable {
    /// Percent of one core, over the time since the question before.
    package let cpuPercent: Double
    /// Resident memory in MiB.
    package let residentMiB: Double

    /// Makes a report.
    package init(cpuPercent: Double, residentMiB: Double) {
        self.cpuPercent = cpuPercent
        self.residentMiB = residentMiB
    }
}

/// What POST /cancel answers.
package enum CancelReply: Equatable, Sendable {
    case cancelled
    case notSupported
    case failed(String)
}

/// A call as it came over HTTP.
package struct CallRequest: ~Copyable, Sendable {
    /// What is asked.
    package let kind: CallKind
    /// Validated JSON text.
    package let body: ByteBuffer
    /// Where `args`, or the configuration, lie in it.
    package let args: Range<Int>?
    /// Where `kwargs` lie in it.
    package let kwargs: Range<Int>?
    /// Names the call.
    package let requestID: String
    /// Who waits for it.
    package let exchange: Exchange
}
