internal import PluginHost
internal import WorkerCalls
internal import WorkerCore
internal import WorkerHTTP
internal import WorkerJSON
internal import WorkerOS

/// Joins the two doors that do not know each other: what HTTP asks, the plugin host answers.
final class Service: WorkerService {
    private let host: PluginHost
    private let meter: UsageMeter
    private let log: Log
    private let complaints: RateLimitedLog
    private let clientComplaints: RateLimitedLog

    init(host: PluginHost, meter: UsageMeter, log: Log) {
        self.host = host
        self.meter = meter
        self.log = log
        complaints = RateLimitedLog(log, .warning)
        clientComplaints = RateLimitedLog(log, .info)
    }

    func report(_ text: String) { log.warning(text) }

    var load: (running: Int, queued: Int) { host.load }
    var progress: ProgressReport { host.progress }
    var readiness: Readiness { host.readiness }

    func calls(atMost limit: Int) -> (shown: [CallReport], more: Int) { host.calls(atMost: limit) }

    func progress(id: String) -> ProgressReport? { host.progress(id: id) }

    func usage() -> ResourceUsage { meter.sample() }

    var furtherHealth: String { host.health }

    var furtherStats: String { host.stats }

    var configSchema: Result<SharedText, CallFailure> { host.configSchema.document }

    var currentConfig: Result<SharedText, CallFailure> { host.currentConfig.document }

    func submit(_ call: Call) -> CallRefusal? { host.submit(call, startsLater: true) }

    func callFailed(_ call: FailedCall) { log.write(call.level, call.line) }

    func startCalls() { host.startCalls() }

    func cancel(_ observer: any CallObserver, _ failure: CallFailure) {
        host.cancel(observer, failure)
    }

    func cancel(
        id: String, _ failure: CallFailure, completion: @escaping @Sendable (CancelAnswer) -> Void
    ) -> Bool {
        host.cancel(id: id, failure, completion: completion)
    }

    func cancelAll(
        _ failure: CallFailure, completion: @escaping @Sendable (CancelAnswer) -> Void
    ) {
        host.cancelAll(failure, completion: completion)
    }

    func libraryComplained(_ complaint: String, isClients: Bool) {
        (isClients ? clientComplaints : complaints).write("libmicrohttpd: \(complaint)")
    }
}

extension Endpoint {
    /// The row of an endpoint that the plugin has declared.
    init(_ endpoint: PluginEndpoint, _ number: Int) {
        self = .call(
            .endpoint(number, endpoint.run), at: endpoint.path, endpoint.methods,
            body: endpoint.body)
    }
}
