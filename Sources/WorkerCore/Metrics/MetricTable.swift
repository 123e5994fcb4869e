/// One metric of the worker's own: a row of the table.
package struct Metric: Sendable {
    /// Its name, with the prefix.
    package let name: String
    /// Its type.
    package let kind: MetricKind
    /// What it tells, in a sentence.
    package let help: String
    /// Writes its samples; it may have none.
    private let write: @Sendable (Scrape, inout Exposition) -> Void

    fileprivate init(
        _ kind: MetricKind, _ name: String, _ help: String,
        _ write: @escaping @Sendable (Scrape, inout Exposition) -> Void
    ) {
        self.name = name.hasPrefix("process_") ? name : MetricTable.prefix + name
        self.kind = kind
        self.help = help
        self.write = write
    }

    /// Writes it whole.
    package func write(_ scrape: Scrape, to exposition: inout Exposition) {
        exposition.begin(name, kind, help: help)
        write(scrape, &exposition)
    }
}

/// All metrics of the worker's own, in their order: one more is one more row.
package enum MetricTable {
    /// How the names of all begin but those that are the same everywhere.
    package static let prefix = "universal_worker_"
    /// The label of requests that are for no endpoint, or that are refused before that is known.
    package static let unmatched = "unmatched"

    /// The rows.
    package static let rows: [Metric] =
        [
            Metric(.gauge, "build_info", "The versions of the worker and of its plugin; always 1.")
            {
                $1.sample(
                    1, ("version", Version.current), ("abi", $0.plugin.abi), ("plugin", $0.name),
                    ("plugin_version", $0.version))
            },
            Metric(.gauge, "state", "1 for the state that /health shows, 0 for the others.") {
                for state in Readiness.states {
                    $1.sample(state == $0.plugin.health.readiness.state ? 1 : 0, ("state", state))
                }
            },
            Metric(.counter, "requests_total", "Requests that have ended.") { scrape, text in
                for (path, isCall, counters) in scrape.counted {
                    for (outcome, count) in zip(RequestOutcome.allCases, counters.outcomes)
                    where isCall || outcome == .ok || count > 0 {
                        text.sample(count, ("endpoint", path), ("outcome", outcome.name))
                    }
                }
            },
            Metric(
                .histogram, "request_duration_seconds",
                "From a request's header block to the end of its answer."
            ) { scrape, text in
                for (path, isCall, counters) in scrape.counted where isCall {
                    text.sample(counters.durations, ("endpoint", path))
                }
            },
            Metric(
                .histogram, "queue_wait_seconds",
                "From a request's header block to the start of the plugin's work."
            ) { scrape, text in
                for (path, isCall, counters) in scrape.counted where isCall {
                    text.sample(counters.waits, ("endpoint", path))
                }
            },
            Metric(
                .histogram, "stream_first_line_seconds",
                "From a request's header block to the first line of its stream."
            ) { $1.sample($0.requests.firstLines) },
            Metric(.counter, "stream_lines_total", "Lines of streams that were sent.") {
                $1.sample($0.requests.streamLines)
            },
            Metric(.counter, "stream_bytes_total", "Bytes of streams that were sent.") {
                $1.sample($0.requests.streamBytes)
            },
            Metric(.gauge, "calls_running", "Calls that the plugin is at work for.") {
                $1.sample($0.plugin.health.running)
            },
            Metric(.gauge, "calls_queued", "Calls that wait.") {
                $1.sample($0.plugin.health.queued)
            },
            Metric(.gauge, "concurrency", "How many calls may run at once.") {
                $1.sample($0.plugin.concurrency)
            },
            Metric(.gauge, "queue_limit", "How many calls may wait (--max-queue).") {
                $1.sample($0.plugin.maxQueue)
            },
            Metric(.gauge, "connections", "Connections of clients.") { $1.sample($0.connections) },
            Metric(.gauge, "buffered_bytes", "What bodies, results and lines of streams hold.") {
                $1.sample($0.buffered)
            },
            Metric(.gauge, "buffered_limit_bytes", "What they may hold (--max-buffered).") {
                $1.sample($0.maxBuffered)
            },
            Metric(
                .gauge, "last_request_timestamp_seconds",
                "When the last request for the plugin ended, since 1970."
            ) {
                guard let last = $0.requests.lastRequest else { return }
                let age = Double(($0.now - last).nanoseconds) / 1e9
                $1.sample((($0.plugin.unixTime - age) * 1000).rounded() / 1000)
            },
            Metric(.gauge, "plugin_load_seconds", "How long it took to make the plugin.") {
                if let time = $0.plugin.loadTime { $1.sample(Double(time.nanoseconds) / 1e9) }
            },
            Metric(.counter, "plugin_deaths_total", "How often the plugin's process has died.") {
                $1.sample($0.plugin.deaths)
            },
            Metric(.counter, "plugin_restarts_total", "How often it has been started again.") {
                $1.sample($0.plugin.restarts)
            },
            Metric(.gauge, "plugin_series", "Lines of the plugin's own metrics.") {
                $1.sample($0.plugin.series)
            },
            Metric(
                .counter, "plugin_series_dropped_total",
                "Series of the plugin's own that were dropped, as there were too many."
            ) { $1.sample($0.plugin.droppedSeries) },
        ]
        + processRows("process_", "the worker's process") { $0.plugin.worker }
        + processRows("plugin_process_", "the plugin's process") { $0.plugin.process }

    /// Writes all that a scrape shows.
    package static func render(_ scrape: Scrape) -> Exposition {
        var text = Exposition()
        for row in rows { row.write(scrape, to: &text) }
        text.append(scrape.plugin.own)
        return text
    }

    private static func processRows(
        _ prefix: String, _ whose: String,
        _ process: @escaping @Sendable (Scrape) -> ProcessReading?
    ) -> [Metric] {
        func row<Value: MetricValue & SendableMetatype>(
            _ kind: MetricKind, _ name: String, _ help: String,
            _ value: @escaping @Sendable (ProcessReading) -> Value?
        ) -> Metric {
            Metric(kind, prefix + name, "\(help) of \(whose).") { scrape, text in
                if let value = process(scrape).flatMap(value) { text.sample(value) }
            }
        }
        return [
            row(.counter, "cpu_seconds_total", "CPU time") { $0.cpuSeconds },
            row(.gauge, "resident_memory_bytes", "Memory in RAM") { $0.residentBytes },
            row(.gauge, "virtual_memory_bytes", "Address space") { $0.virtualBytes },
            row(.gauge, "open_fds", "Open descriptors") { $0.openDescriptors },
            row(.gauge, "max_fds", "Limit of descriptors") { $0.maxDescriptors },
            row(.gauge, "threads", "Threads") { $0.threads },
            row(.gauge, "start_time_seconds", "Start, since 1970,") { $0.startSeconds },
        ]
    }
}

extension Scrape {
    /// The endpoints with what was counted of them; rows at one path, of two methods, are one.
    fileprivate var counted: [(path: String, isCall: Bool, EndpointCounters)] {
        var all: [(path: String, isCall: Bool, EndpointCounters)] = []
        for (endpoint, counters) in zip(endpoints, requests.endpoints) {
            if let same = all.firstIndex(where: { $0.path == endpoint.path }) {
                all[same].isCall = all[same].isCall || endpoint.isCall
                all[same].2.add(counters)
            } else {
                all.append((endpoint.path, endpoint.isCall, counters))
            }
        }
        if let rest = requests.endpoints.last { all.append((MetricTable.unmatched, false, rest)) }
        return all
    }
}
