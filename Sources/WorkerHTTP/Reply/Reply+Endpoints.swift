internal import WorkerCore
internal import WorkerJSON

/// The answers of the endpoints that never wait: each from a snapshot.
extension Reply {
    /// GET /health.
    static func health(_ identity: HealthIdentity, _ load: (running: Int, queued: Int)) -> Reply {
        var body = ByteBuffer()
        identity.appendPrefix(to: &body)
        body.append(",\"calls_running\":")
        body.append(String(load.running))
        body.append(",\"calls_queued\":")
        body.append(String(load.queued))
        body.append("}")
        return Reply(200, body)
    }

    /// GET /stats.
    static func stats(processID: Int32, _ usage: ResourceUsage) -> Reply {
        var body = ByteBuffer()
        body.append("{\"pid\":")
        body.append(String(processID))
        body.append(",\"cpu_percent\":")
        body.append(String(usage.cpuPercent))
        body.append(",\"memory_rss_mb\":")
        body.append(String(usage.residentMiB))
        body.append("}")
        return Reply(200, body)
    }

    /// GET /progress.
    static func progress(_ report: ProgressReport) -> Reply {
        var body = ByteBuffer()
        body.append("{\"progress\":")
        body.append(String(report.fraction))
        body.append(",\"message\":")
        body.appendJSONString(report.message)
        body.append("}")
        return Reply(200, body)
    }

    /// GET /config and GET /config_schema, whose text is written by `write`.
    static func document(_ write: (inout ByteBuffer) -> CallFailure?) -> Reply {
        var body = ByteBuffer()
        if let failure = write(&body) {
            return Reply(failure.status(for: .execute), detail: failure.detail)
        }
        return Reply(200, body)
    }

    /// POST /cancel.
    static func cancel(_ answer: CancelReply) -> Reply {
        switch answer {
        case .cancelled: return Reply(statusText: "cancelled")
        case .notSupported: return Reply(statusText: "not_supported")
        case .failed(let detail):
            var body = ByteBuffer()
            body.append("{\"status\":\"error\",\"detail\":")
            body.appendJSONString(detail)
            body.append("}")
            return Reply(200, body)
        }
    }

    /// A call that was not taken in.
    static func refused(_ refusal: CallRefusal) -> Reply {
        switch refusal {
        case .full: Reply(503, detail: "The queue is full: as many calls wait as may (--max-queue)")
        case .closed: Reply(503, detail: "The worker is shutting down")
        }
    }
}

/// The part of /health that never changes, rendered once.
struct HealthIdentity: Sendable {
    private let prefix: [UInt8]

    init(processID: Int32, name: String, version: String) {
        var text = ByteBuffer()
        text.append("{\"status\":\"running\",\"pid\":")
        text.append(String(processID))
        text.append(",\"name\":")
        text.appendJSONString(name)
        text.append(",\"version\":")
        text.appendJSONString(version)
        prefix = unsafe text.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    func appendPrefix(to body: inout ByteBuffer) {
        _ = unsafe prefix.withUnsafeBytes { unsafe body.append($0) }
    }
}
