/// What became of a request: the label `outcome`.
package enum RequestOutcome: Int, CaseIterable, Sendable {
    /// It was done.
    case ok
    /// The plugin failed, or broke its rules.
    case error
    /// It was cancelled.
    case cancelled
    /// Its deadline passed.
    case deadline
    /// It was not to be done, or not now, as the worker or the plugin says.
    case rejected
    /// Its client went away, or was too slow.
    case disconnected

    /// The value of the label.
    package var name: String {
        switch self {
        case .ok: "ok"
        case .error: "error"
        case .cancelled: "cancelled"
        case .deadline: "deadline"
        case .rejected: "rejected"
        case .disconnected: "disconnected"
        }
    }

    /// What the status of an answer stands for.
    package init(status: UInt32) {
        switch status {
        case ..<400: self = .ok
        case 409: self = .cancelled
        case 504: self = .deadline
        case ..<500, 501, 503, 505: self = .rejected
        default: self = .error
        }
    }
}

/// What is counted of the requests for one endpoint.
package struct EndpointCounters: Sendable {
    /// How many have ended, by their outcome.
    package private(set) var outcomes = [UInt64](
        repeating: 0, count: RequestOutcome.allCases.count)
    /// From the end of the header block to the last byte of the answer.
    package private(set) var durations = DurationHistogram()
    /// From the end of the header block to the start of the plugin's work.
    package private(set) var waits = DurationHistogram()

    fileprivate mutating func count(_ outcome: RequestOutcome) { outcomes[outcome.rawValue] += 1 }

    fileprivate mutating func observe(_ duration: TimeSpan, wait: TimeSpan?) {
        durations.observe(duration)
        if let wait { waits.observe(wait) }
    }

    /// Counts what others have, too.
    package mutating func add(_ other: Self) {
        for (outcome, count) in other.outcomes.enumerated() { outcomes[outcome] += count }
        durations.add(other.durations)
        waits.add(other.waits)
    }
}

/// What is counted of all requests; written by the HTTP thread alone, so by plain additions.
///
/// A copy is what a scrape reads on another thread. It costs the writer one more copy of the numbers,
/// with the next request.
package struct RequestCounters: Sendable {
    /// Those of each row of the table of endpoints, and behind them those of no row.
    package private(set) var endpoints: [EndpointCounters]
    /// From the end of the header block to the first line of a stream.
    package private(set) var firstLines = DurationHistogram()
    /// Lines of streams that were sent.
    package private(set) var streamLines: UInt64 = 0
    /// Their bytes.
    package private(set) var streamBytes: UInt64 = 0
    /// When the last request for the plugin ended.
    package private(set) var lastRequest: Moment?

    /// Makes counters for a table of so many rows.
    package init(rows: Int) {
        endpoints = Array(repeating: EndpointCounters(), count: rows + 1)
    }

    /// Counts on for a longer table, which begins with the rows of the former one.
    package mutating func extend(toRows rows: Int) {
        let more = Array(repeating: EndpointCounters(), count: max(0, rows + 1 - endpoints.count))
        endpoints.insert(contentsOf: more, at: endpoints.count - 1)
    }

    /// Counts a request that was answered at once, or that has no row.
    package mutating func count(_ outcome: RequestOutcome, row: Int?) {
        endpoints[row ?? endpoints.count - 1].count(outcome)
    }

    /// Counts a request that took its time.
    ///
    /// - Parameters:
    ///   - outcome: how it ended.
    ///   - row: the table's row that was asked; nil where there is none.
    ///   - arrival: when its header block was complete.
    ///   - start: when the plugin began to work for it, if it did.
    ///   - isCall: whether it was for the plugin.
    ///   - now: the present.
    package mutating func count(
        _ outcome: RequestOutcome, row: Int?, arrival: Moment, start: Moment?, isCall: Bool,
        at now: Moment
    ) {
        count(outcome, row: row)
        if isCall { lastRequest = now }
        guard let row else { return }
        endpoints[row].observe(now - arrival, wait: start.map { $0 - arrival })
    }

    /// Counts a part of a stream.
    package mutating func countStream(lines: Int, bytes: Int) {
        streamLines &+= UInt64(lines)
        streamBytes &+= UInt64(bytes)
    }

    /// Counts a stream whose first line is about to be sent.
    package mutating func countFirstLine(after time: TimeSpan) { firstLines.observe(time) }
}
