internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// The answers of the endpoints that never wait: each from a snapshot.
extension Reply {
    /// GET /health/live.
    static var live: Reply { Reply(statusText: "live") }

    /// GET /health/ready.
    static func ready(_ readiness: Readiness) -> Reply {
        guard let reason = readiness.reason else { return Reply(statusText: "ready") }
        return Reply(
            503, ByteBuffer(object: "{\"status\":\"not_ready\",\"reason\":", endingWith: reason))
    }

    /// There is no call of this id, or not any more.
    static func noCall(_ id: String) -> Reply {
        Reply(404, detail: "No call '\(id)' runs or waits")
    }

    /// GET /stats.
    static func stats(
        processID: Int32, _ usage: ResourceUsage, listsProcesses: Bool, further: String
    ) -> Reply {
        var body = ByteBuffer()
        body.append("{\"pid\":")
        body.append(String(processID))
        body.append(",\"cpu_percent\":")
        body.append(String(usage.cpuPercent))
        body.append(",\"memory_rss_mb\":")
        body.append(String(usage.residentMiB))
        if listsProcesses {
            // Hosts look for these among the processes that use the GPU.
            body.append(",\"subtree_pids\":[")
            body.append(String(processID))
            for process in usage.processes.dropFirst() { body.append(",\(process)") }
            body.append("]")
        }
        body.append(further)
        body.append("}")
        return Reply(200, body)
    }

    /// GET /progress.
    static func progress(_ report: ProgressReport) -> Reply {
        var body = ByteBuffer()
        if let shown = report.shown {
            body.append(shown)
            return Reply(200, body)
        }
        body.append("{\"progress\":")
        body.append(String(report.fraction))
        body.append(",\"message\":")
        body.appendJSONString(report.message)
        body.append("}")
        return Reply(200, body)
    }

    /// GET /config and GET /config_schema.
    static func document(_ document: Result<SharedText, CallFailure>) -> Reply {
        switch document {
        case .success(let text): Reply(shared: text)
        case .failure(let failure):
            Reply(failure.status(for: .execute), detail: failure.detail)
        }
    }

    /// POST /cancel.
    static func cancel(_ answer: CancelAnswer) -> Reply {
        switch answer {
        case .cancelled: Reply(statusText: "cancelled")
        case .notSupported: Reply(statusText: "not_supported")
        case .failed(let detail):
            Reply(
                200, ByteBuffer(object: "{\"status\":\"error\",\"detail\":", endingWith: detail))
        }
    }

    /// A call that was not taken in.
    static func refused(_ refusal: CallRefusal) -> Reply {
        switch refusal {
        case .full: Reply(503, detail: "The queue is full: as many calls wait as may (--max-queue)")
        case .noRoom:
            Reply(503, detail: "What is held for other calls leaves no room (--max-buffered)")
        case .closed: Reply(503, detail: "The worker is shutting down")
        }
    }
}
