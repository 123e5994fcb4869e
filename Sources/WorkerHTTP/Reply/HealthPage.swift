internal import WorkerCore
internal import WorkerJSON

/// What GET /health answers, made anew when it has changed: at most once a second, or with a call.
///
/// On the HTTP thread only.
final class HealthPage {
    /// What never changes.
    private var identity = ByteBuffer()
    /// What the response says, once there is one.
    private var (facts, uptimeSeconds) = (
        HealthFacts(.starting, running: 0, queued: 0, further: ""), UInt64(0)
    )
    private var response: KeptResponse?

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

    /// The response of this moment.
    ///
    /// - Parameters:
    ///   - facts: what else it says.
    ///   - uptime: the time since the server was made.
    /// - Returns: the text, to be sent with 200.
    func response(_ facts: HealthFacts, uptime: TimeSpan) -> KeptResponse {
        let seconds = uptime.seconds
        if let response, uptimeSeconds == seconds, self.facts == facts {
            return response
        }
        (self.facts, uptimeSeconds) = (facts, seconds)
        let response = KeptResponse(SharedText(render()))
        self.response = response
        return response
    }

    private func render() -> ByteBuffer {
        var text = ByteBuffer()
        _ = text.append(identity)
        text.append(facts.further)
        text.append(",\"state\":\"")
        text.append(facts.readiness.state)
        text.append("\"")
        if let reason = facts.readiness.reason {
            text.append(",\"reason\":")
            text.appendJSONString(reason)
        }
        text.append(",\"uptime_seconds\":")
        text.append(String(uptimeSeconds))
        text.append(",\"calls_running\":")
        text.append(String(facts.running))
        text.append(",\"calls_queued\":")
        text.append(String(facts.queued))
        text.append("}")
        return text
    }
}
