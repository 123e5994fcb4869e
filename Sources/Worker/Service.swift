package import PluginHost
internal import WorkerCore
package import WorkerHTTP
internal import WorkerJSON
internal import WorkerOS

/// Joins the two doors that do not know each other: what HTTP asks, the plugin host answers.
struct Service: WorkerService {
    let host: PluginHost
    let meter: UsageMeter

    var load: (running: Int, queued: Int) { host.load }
    var progress: ProgressReport { host.progress }

    func usage() -> ResourceUsage {
        let usage = meter.sample()
        return ResourceUsage(cpuPercent: usage.cpuPercent, residentMiB: usage.residentMiB)
    }

    func configSchema(into text: inout ByteBuffer) -> CallFailure? {
        host.configSchema.copy(into: &text)
    }

    func currentConfig(into text: inout ByteBuffer) -> CallFailure? {
        host.currentConfig.copy(into: &text)
    }

    func submit(
        _ kind: CallKind, body: consuming ByteBuffer, args: Range<Int>?, kwargs: Range<Int>?,
        requestID: String, exchange: Exchange
    ) -> CallRefusal? {
        host.submit(
            Call(
                kind, body: body, args: args, kwargs: kwargs, requestID: requestID,
                observer: exchange))
    }

    func cancel(_ exchange: Exchange) {
        host.cancel(exchange, CallFailure(.cancelled, "The client has disconnected"))
    }

    func cancelAll(completion: @escaping @Sendable (CancelReply) -> Void) {
        host.cancelAll(CallFailure(.cancelled, "The call was cancelled by POST /cancel")) {
            answer in
            switch answer {
            case .cancelled: completion(.cancelled)
            case .notSupported: completion(.notSupported)
            case .failed(let detail): completion(.failed(detail))
            }
        }
    }
}

extension Exchange: CallObserver {
    package func callDidFinish(_ outcome: consuming CallOutcome) {
        switch consume outcome {
        case .value(let value): finish(value)
        case .done: finish()
        case .streamEnd(let lines, let failure): finishStream(lines, failure)
        case .failure(let failure): fail(failure)
        }
    }
}
