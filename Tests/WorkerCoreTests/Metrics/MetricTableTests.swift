import Testing
import WorkerCore

struct MetricTableTests {
    /// A worker with one plain endpoint and one of the plugin's, at which three requests were made.
    private static var scrape: Scrape {
        var requests = RequestCounters(rows: 1)
        requests.count(.ok, row: 0)
        requests.extend(toRows: 2)
        let arrival = Moment(nanoseconds: 5_000_000_000)
        requests.count(
            .ok, row: 1, arrival: arrival, start: arrival + .milliseconds(1), isCall: true,
            at: arrival + .milliseconds(250))
        requests.count(
            .rejected, row: 1, arrival: arrival, start: nil, isCall: true,
            at: arrival + .seconds(601))
        requests.count(.rejected, row: nil)
        requests.countFirstLine(after: .milliseconds(3))
        requests.countStream(lines: 2, bytes: 16)
        var scrape = Scrape()
        scrape.name = "a \"plugin\""
        scrape.version = "1.0"
        scrape.endpoints = [
            (path: "/health", isCall: false),
            (path: "/execute", isCall: true),
        ]
        scrape.requests = requests
        (scrape.connections, scrape.buffered, scrape.maxBuffered) = (2, 10, 1_000)
        scrape.now = arrival + .seconds(602)
        scrape.plugin = plugin
        return scrape
    }

    private static var plugin: Scrape.Plugin {
        var plugin = Scrape.Plugin()
        plugin.health = HealthFacts(.draining, running: 3, queued: 4, further: "")
        plugin.abi = "7.8"
        (plugin.concurrency, plugin.maxQueue) = (4, 64)
        plugin.loadTime = .milliseconds(1_500)
        (plugin.deaths, plugin.restarts) = (2, 1)
        plugin.unixTime = 1_000_000
        (plugin.series, plugin.droppedSeries) = (1, 9)
        plugin.own.begin("own", .gauge, help: "Its own.")
        plugin.own.sample(0.5)
        plugin.worker = ProcessReading(
            cpuSeconds: 0.25, residentBytes: 1, virtualBytes: 2, openDescriptors: 3,
            maxDescriptors: 4, threads: 5, startSeconds: 6.5)
        plugin.process = ProcessReading(
            cpuSeconds: 1, residentBytes: 10, virtualBytes: 20, openDescriptors: nil,
            maxDescriptors: nil, threads: 50, startSeconds: 60)
        return plugin
    }

    @Test func `The whole exposition is this`() {
        #expect(MetricTable.render(Self.scrape).text == Self.expected)
    }

    @Test func `No name stands in the table twice, and each is one that Prometheus takes`() {
        let names = MetricTable.rows.map(\.name)
        #expect(Set(names).count == names.count)
        for row in MetricTable.rows {
            #expect(row.name.utf8.allSatisfy { $0 == 95 || 97...122 ~= $0 }, "\(row.name)")
            #expect(row.name.hasSuffix("_total") == (row.kind == .counter), "\(row.name)")
        }
    }

    @Test func `A worker whose plugin is not made yet has a whole exposition too`() {
        let text = MetricTable.render(Scrape()).text
        #expect(text.contains("universal_worker_state{state=\"loading\"} 1\n"))
        #expect(!text.contains("\nprocess_threads "))
    }

    private static let expected = """
        # HELP universal_worker_build_info The versions of the worker and of its plugin; always 1.
        # TYPE universal_worker_build_info gauge
        universal_worker_build_info{version="\(Version.current)",abi="7.8",plugin="a \\"plugin\\"",plugin_version="1.0"} 1
        # HELP universal_worker_state 1 for the state that /health shows, 0 for the others.
        # TYPE universal_worker_state gauge
        universal_worker_state{state="ready"} 0
        universal_worker_state{state="loading"} 0
        universal_worker_state{state="restarting"} 0
        universal_worker_state{state="not_ready"} 0
        universal_worker_state{state="draining"} 1
        universal_worker_state{state="failed"} 0
        universal_worker_state{state="wedged"} 0
        # HELP universal_worker_requests_total Requests that have ended.
        # TYPE universal_worker_requests_total counter
        universal_worker_requests_total{endpoint="/health",outcome="ok"} 1
        universal_worker_requests_total{endpoint="/execute",outcome="ok"} 1
        universal_worker_requests_total{endpoint="/execute",outcome="error"} 0
        universal_worker_requests_total{endpoint="/execute",outcome="cancelled"} 0
        universal_worker_requests_total{endpoint="/execute",outcome="deadline"} 0
        universal_worker_requests_total{endpoint="/execute",outcome="rejected"} 1
        universal_worker_requests_total{endpoint="/execute",outcome="disconnected"} 0
        universal_worker_requests_total{endpoint="unmatched",outcome="ok"} 0
        universal_worker_requests_total{endpoint="unmatched",outcome="rejected"} 1
        # HELP universal_worker_request_duration_seconds From a request's header block to the end of its answer.
        # TYPE universal_worker_request_duration_seconds histogram
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="0.001"} 0
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="0.0025"} 0
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="0.005"} 0
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="0.01"} 0
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="0.025"} 0
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="0.05"} 0
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="0.1"} 0
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="0.25"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="0.5"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="1"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="2.5"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="5"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="10"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="30"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="60"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="120"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="300"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="600"} 1
        universal_worker_request_duration_seconds_bucket{endpoint="/execute",le="+Inf"} 2
        universal_worker_request_duration_seconds_sum{endpoint="/execute"} 601.25
        universal_worker_request_duration_seconds_count{endpoint="/execute"} 2
        # HELP universal_worker_queue_wait_seconds From a request's header block to the start of the plugin's work.
        # TYPE universal_worker_queue_wait_seconds histogram
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="0.001"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="0.0025"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="0.005"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="0.01"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="0.025"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="0.05"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="0.1"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="0.25"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="0.5"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="1"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="2.5"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="5"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="10"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="30"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="60"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="120"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="300"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="600"} 1
        universal_worker_queue_wait_seconds_bucket{endpoint="/execute",le="+Inf"} 1
        universal_worker_queue_wait_seconds_sum{endpoint="/execute"} 0.001
        universal_worker_queue_wait_seconds_count{endpoint="/execute"} 1
        # HELP universal_worker_stream_first_line_seconds From a request's header block to the first line of its stream.
        # TYPE universal_worker_stream_first_line_seconds histogram
        universal_worker_stream_first_line_seconds_bucket{le="0.001"} 0
        universal_worker_stream_first_line_seconds_bucket{le="0.0025"} 0
        universal_worker_stream_first_line_seconds_bucket{le="0.005"} 1
        universal_worker_stream_first_line_seconds_bucket{le="0.01"} 1
        universal_worker_stream_first_line_seconds_bucket{le="0.025"} 1
        universal_worker_stream_first_line_seconds_bucket{le="0.05"} 1
        universal_worker_stream_first_line_seconds_bucket{le="0.1"} 1
        universal_worker_stream_first_line_seconds_bucket{le="0.25"} 1
        universal_worker_stream_first_line_seconds_bucket{le="0.5"} 1
        universal_worker_stream_first_line_seconds_bucket{le="1"} 1
        universal_worker_stream_first_line_seconds_bucket{le="2.5"} 1
        universal_worker_stream_first_line_seconds_bucket{le="5"} 1
        universal_worker_stream_first_line_seconds_bucket{le="10"} 1
        universal_worker_stream_first_line_seconds_bucket{le="30"} 1
        universal_worker_stream_first_line_seconds_bucket{le="60"} 1
        universal_worker_stream_first_line_seconds_bucket{le="120"} 1
        universal_worker_stream_first_line_seconds_bucket{le="300"} 1
        universal_worker_stream_first_line_seconds_bucket{le="600"} 1
        universal_worker_stream_first_line_seconds_bucket{le="+Inf"} 1
        universal_worker_stream_first_line_seconds_sum 0.003
        universal_worker_stream_first_line_seconds_count 1
        # HELP universal_worker_stream_lines_total Lines of streams that were sent.
        # TYPE universal_worker_stream_lines_total counter
        universal_worker_stream_lines_total 2
        # HELP universal_worker_stream_bytes_total Bytes of streams that were sent.
        # TYPE universal_worker_stream_bytes_total counter
        universal_worker_stream_bytes_total 16
        # HELP universal_worker_calls_running Calls that the plugin is at work for.
        # TYPE universal_worker_calls_running gauge
        universal_worker_calls_running 3
        # HELP universal_worker_calls_queued Calls that wait.
        # TYPE universal_worker_calls_queued gauge
        universal_worker_calls_queued 4
        # HELP universal_worker_concurrency How many calls may run at once.
        # TYPE universal_worker_concurrency gauge
        universal_worker_concurrency 4
        # HELP universal_worker_queue_limit How many calls may wait (--max-queue).
        # TYPE universal_worker_queue_limit gauge
        universal_worker_queue_limit 64
        # HELP universal_worker_connections Connections of clients.
        # TYPE universal_worker_connections gauge
        universal_worker_connections 2
        # HELP universal_worker_buffered_bytes What bodies, results and lines of streams hold.
        # TYPE universal_worker_buffered_bytes gauge
        universal_worker_buffered_bytes 10
        # HELP universal_worker_buffered_limit_bytes What they may hold (--max-buffered).
        # TYPE universal_worker_buffered_limit_bytes gauge
        universal_worker_buffered_limit_bytes 1000
        # HELP universal_worker_last_request_timestamp_seconds When the last request for the plugin ended, since 1970.
        # TYPE universal_worker_last_request_timestamp_seconds gauge
        universal_worker_last_request_timestamp_seconds 999999
        # HELP universal_worker_plugin_load_seconds How long it took to make the plugin.
        # TYPE universal_worker_plugin_load_seconds gauge
        universal_worker_plugin_load_seconds 1.5
        # HELP universal_worker_plugin_deaths_total How often the plugin's process has died.
        # TYPE universal_worker_plugin_deaths_total counter
        universal_worker_plugin_deaths_total 2
        # HELP universal_worker_plugin_restarts_total How often it has been started again.
        # TYPE universal_worker_plugin_restarts_total counter
        universal_worker_plugin_restarts_total 1
        # HELP universal_worker_plugin_series Lines of the plugin's own metrics.
        # TYPE universal_worker_plugin_series gauge
        universal_worker_plugin_series 1
        # HELP universal_worker_plugin_series_dropped_total Series of the plugin's own that were dropped, as there were too many.
        # TYPE universal_worker_plugin_series_dropped_total counter
        universal_worker_plugin_series_dropped_total 9
        # HELP process_cpu_seconds_total CPU time of the worker's process.
        # TYPE process_cpu_seconds_total counter
        process_cpu_seconds_total 0.25
        # HELP process_resident_memory_bytes Memory in RAM of the worker's process.
        # TYPE process_resident_memory_bytes gauge
        process_resident_memory_bytes 1
        # HELP process_virtual_memory_bytes Address space of the worker's process.
        # TYPE process_virtual_memory_bytes gauge
        process_virtual_memory_bytes 2
        # HELP process_open_fds Open descriptors of the worker's process.
        # TYPE process_open_fds gauge
        process_open_fds 3
        # HELP process_max_fds Limit of descriptors of the worker's process.
        # TYPE process_max_fds gauge
        process_max_fds 4
        # HELP process_threads Threads of the worker's process.
        # TYPE process_threads gauge
        process_threads 5
        # HELP process_start_time_seconds Start, since 1970, of the worker's process.
        # TYPE process_start_time_seconds gauge
        process_start_time_seconds 6.5
        # HELP universal_worker_plugin_process_cpu_seconds_total CPU time of the plugin's process.
        # TYPE universal_worker_plugin_process_cpu_seconds_total counter
        universal_worker_plugin_process_cpu_seconds_total 1
        # HELP universal_worker_plugin_process_resident_memory_bytes Memory in RAM of the plugin's process.
        # TYPE universal_worker_plugin_process_resident_memory_bytes gauge
        universal_worker_plugin_process_resident_memory_bytes 10
        # HELP universal_worker_plugin_process_virtual_memory_bytes Address space of the plugin's process.
        # TYPE universal_worker_plugin_process_virtual_memory_bytes gauge
        universal_worker_plugin_process_virtual_memory_bytes 20
        # HELP universal_worker_plugin_process_open_fds Open descriptors of the plugin's process.
        # TYPE universal_worker_plugin_process_open_fds gauge
        # HELP universal_worker_plugin_process_max_fds Limit of descriptors of the plugin's process.
        # TYPE universal_worker_plugin_process_max_fds gauge
        # HELP universal_worker_plugin_process_threads Threads of the plugin's process.
        # TYPE universal_worker_plugin_process_threads gauge
        universal_worker_plugin_process_threads 50
        # HELP universal_worker_plugin_process_start_time_seconds Start, since 1970, of the plugin's process.
        # TYPE universal_worker_plugin_process_start_time_seconds gauge
        universal_worker_plugin_process_start_time_seconds 60
        # HELP own Its own.
        # TYPE own gauge
        own 0.5

        """
}
