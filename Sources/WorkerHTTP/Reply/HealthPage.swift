internal import WorkerCore
internal import WorkerJSON

/// What GET /health answers, made anew when it has changed: at most once a second, or with a call.
///
/// On the HTTP thread only.
final class HealthPage {
    private struct Facts: Equatable {
        let readiness: Readiness
        let running: Int
        let queued: Int
        let uptimeSeconds: UInt64
        let further: String
    }

    /// What never changes.
    private var identity = ByteBuffer()
    private var page: (facts: Facts, response: KeptResponse)?

    init(processID: Int32, name: PluginLabel, version: PluginLabel) {
        identity.append("{\"status\":\"running\",\"pid\":")
        identity.append(String(processID))
        identity.append(",\"name\":")
        append(name)
        identity.append(",\"version\":")
        append(version)
    }

    private func append(_ label: PluginLabel) {
        switch label {
        case .text(let text): identity.appendJSONString(text)
        case .json(let json): identity.append(json)
        }
    }

    /// The reply of this moment.
    ///
    /// - Parameters:
    ///   - readiness: whether calls get done.
    ///   - load: how many calls run, and how many wait.
    ///   - further: what the plugin adds: members, each behind a comma.
    ///   - uptime: the time since the server was made.
    /// - Returns: 200 with the text.
    func reply(
        _ readiness: Readiness, _ load: (running: Int, queued: Int), further: String,
        uptime: TimeSpan
    ) -> Reply {
        let facts = Facts(
            readiness: readiness, running: load.running, queued: load.queued,
            uptimeSeconds: uptime.seconds, further: further)
        if let page, page.facts == facts { return Reply(kept: page.response) }
        let response = KeptResponse(SharedText(render(facts)))
        page = (facts, response)
        return Reply(kept: response)
    }

    private func render(_ facts: Facts) -> ByteBuffer {
        var text = ByteBuffer()
        _ = text.append(identity)
        text.append(facts.further)
        text.append(",\"state\":\"")
        text.append(facts.readiness.state)
        text.append("\",\"uptime_seconds\":")
        text.append(String(facts.uptimeSeconds))
        text.append(",\"calls_running\":")
        text.append(String(facts.running))
        text.append(",\"calls_queued\":")
        text.append(String(facts.queued))
        text.append("}")
        return text
    }
}
