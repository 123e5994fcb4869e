internal import WorkerCore
internal import WorkerJSON

/// What GET /calls answers, rendered at most every 50 ms, however often it is asked for.
///
/// On the HTTP thread only.
final class CallsPage {
    /// How many calls are shown: rendering them takes less than a millisecond.
    static let mostShown = 256
    /// The time for which a rendering is good.
    private static let interval = TimeSpan.milliseconds(50)

    private var page: (response: KeptResponse, renderedAt: Moment)?

    /// The response of this moment.
    func response(_ service: any WorkerService, at now: Moment) -> KeptResponse {
        if let page, now < page.renderedAt + Self.interval { return page.response }
        let (shown, more) = service.calls(atMost: Self.mostShown)
        let response = KeptResponse(SharedText(Self.render(shown, more)))
        page = (response, now)
        return response
    }

    private static func render(_ reports: [CallReport], _ more: Int) -> ByteBuffer {
        var text = ByteBuffer()
        text.append("{\"calls\":[")
        var isFirst = true
        for report in reports {
            if !isFirst { text.append(",") }
            isFirst = false
            text.append("{\"id\":")
            text.appendJSONString(report.id)
            text.append(",\"endpoint\":\"\(report.path)\"")
            text.append(",\"state\":\"\(report.state.rawValue)\"")
            text.append(",\"age_seconds\":\(Double(report.age.milliseconds) / 1_000)")
            text.append(",\"progress\":\(report.progress.fraction),\"message\":")
            text.appendJSONString(report.progress.message)
            text.append("}")
        }
        text.append(more > 0 ? "],\"more\":\(more)}" : "]}")
        return text
    }
}
