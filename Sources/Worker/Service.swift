package import PluginHost
internal import WorkerCore
package import WorkerHTTP
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

    func usage() -> ResourceUsage {
        let usage = meter.sample()
        return ResourceUsage(cpuPercent: usage.cpuPercent, residentMiB: usage.residentMiB)
    }

    var furtherHealth: String { host.health }

    var furtherStats: String { host.stats }

    var configSchema: Result<SharedText, CallFailure> { host.configSchema.document }

    var currentConfig: Result<SharedText, CallFailure> { host.currentConfig.document }

    func submit(
        _ kind: CallKind, body: consuming ByteBuffer, args: Range<Int>?, kwargs: Range<Int>?,
        deadline: Moment?, exchange: Exchange
    ) -> CallRefusal? {
        host.submit(
            Call(
                kind, body: body, args: args, kwargs: kwargs, headers: exchange.headers,
                requestID: exchange.requestID,
                arrival: exchange.arrival, deadline: deadline, observer: exchange,
                held: exchange.takeHolding()),
            startsLater: true)
    }

    func callFailed(_ call: FailedCall) { log.write(call.level, call.line) }

    func startCalls() { host.startCalls() }

    func cancel(_ exchange: Exchange) {
        host.cancel(exchange, CallFailure(.cancelled, "The client has disconnected"))
    }

    func cancel(id: String, completion: @escaping @Sendable (CancelReply) -> Void) -> Bool {
        host.cancel(id: id, Self.cancelled) { completion(CancelReply($0)) }
    }

    func cancelAll(completion: @escaping @Sendable (CancelReply) -> Void) {
        host.cancelAll(Self.cancelled) { completion(CancelReply($0)) }
    }

    func libraryComplained(_ complaint: String, isClients: Bool) {
        (isClients ? clientComplaints : complaints).write("libmicrohttpd: \(complaint)")
    }

    private static let cancelled = CallFailure(
        .cancelled, "The call was cancelled by POST /cancel")
}

extension CancelReply {
    fileprivate init(_ answer: CancelAnswer) {
        switch answer {
        case .cancelled: self = .cancelled
        case .notSupported: self = .notSupported
        case .failed(let detail): self = .failed(detail)
        }
    }
}

extension Exchange: CallObserver {
    package func callDidFinish(_ outcome: consuming CallOutcome) {
        switch consume outcome {
        case .value(let value): finish(value)
        case .done: finish()
        case .answer(let own, let body): finish(own.status, own.headers, body, as: own.contentType)
        case .streamEnd(let lines, let failure): finishStream(lines, failure)
        case .streamAnswer(let lines, let failure): finishStream(lines, failure, isTold: true)
        case .failure(let failure): fail(failure)
        }
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
