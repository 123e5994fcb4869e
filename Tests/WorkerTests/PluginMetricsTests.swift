import TestSupport
import Testing

/// A plugin's own metrics, in C and in Python, through the binary.
@Suite(.blocking) struct PluginMetricsTests {
    @Test func `A library's metrics stand whole behind the worker's own, escaped`() throws {
        let worker = try WorkerProcess.start("metrics", "Metrics")
        #expect(try worker.client.execute("{\"do\":\"all\",\"value\":\"nan\"}").text == "1")
        let text = try worker.client.get("/metrics").text
        let own = try #require(text.firstRange(of: "# HELP made_total"))
        #expect(
            text[own.lowerBound...] == """
                # HELP made_total What \\\\ it\\ntells.
                # TYPE made_total counter
                made_total{a="\u{FFFD}",z="a\\"b\\\\c\\nd"} 2.5
                # HELP warmth What \\\\ it\\ntells.
                # TYPE warmth gauge
                warmth NaN
                # HELP render_seconds Long.
                # TYPE render_seconds histogram
                render_seconds_bucket{le="0.5"} 1
                render_seconds_bucket{le="2"} 2
                render_seconds_bucket{le="+Inf"} 3
                render_seconds_sum 101.5
                render_seconds_count 3

                """)
        #expect(text.contains("\nuniversal_worker_plugin_series 7\n"))
        #expect(try worker.client.execute("{\"do\":\"all\",\"value\":\"-inf\"}").status == 200)
        #expect(try worker.client.get("/metrics").text.contains("\nwarmth -Inf\n"))
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `What breaks a rule of Prometheus' or clashes is refused, and shown nowhere`() throws
    {
        let worker = try WorkerProcess.start("metrics", "Metrics")
        let (data, clash, kind, stale) = (33, 3, 34, 32)
        let expected =
            Array(repeating: data, count: 10) + Array(repeating: clash, count: 3)
            + [data, data, kind, kind, stale, stale, 0]
        #expect(
            try worker.client.execute("{\"do\":\"rules\"}").text
                == "[\(expected.map(String.init).joined(separator: ","))]")
        let text = try worker.client.get("/metrics").text
        #expect(text.contains("\nruled_total 0\n"))
        #expect(!text.contains("labelled_total") && !text.contains("aaaa"))
    }

    @Test func `Of a hundred thousand series only the first thousand cost memory, and are counted`()
        throws
    {
        let worker = try WorkerProcess.start("metrics", "Metrics")
        #expect(try worker.client.execute("{\"do\":\"flood\",\"count\":100000}").text == "1000")
        let text = try worker.client.get("/metrics").text
        #expect(text.contains("\nuniversal_worker_plugin_series 1000\n"))
        #expect(text.contains("\nuniversal_worker_plugin_series_dropped_total 99000\n"))
        #expect(text.contains("\nflood_total{i=\"999\"} 1\n"))
        #expect(!text.contains("flood_total{i=\"1000\"}"))
    }

    @Test func `No update of several threads is lost, and one in a copy of the process ends that`()
        throws
    {
        let worker = try WorkerProcess.start("metrics", "Metrics")
        #expect(try worker.client.execute("{\"do\":\"threads\"}").status == 200)
        #expect(try worker.client.execute("{\"do\":\"copy\"}").text == "1")
        #expect(try worker.client.get("/metrics").text.contains("\nthreads_total 80000\n"))
    }

    @Test func `A Python plugin's metrics are shown a moment later, and stay after the call`()
        throws
    {
        let worker = try PythonWorker.start()
        #expect(try worker.client.execute("{\"mode\":\"measure\",\"value\":\"inf\"}").status == 200)
        // They may come one after the other.
        let text = try worker.answer("/metrics", contains: "\nrender_seconds_count 2\n").text
        let own = try #require(text.firstRange(of: "# HELP images_total"))
        #expect(
            text[own.lowerBound...] == """
                # HELP images_total Images made.
                # TYPE images_total counter
                images_total{model="tiny",text="a\\"b\\\\c\\nd"} 2
                # HELP temperature How warm.
                # TYPE temperature gauge
                temperature +Inf
                # HELP render_seconds How long.
                # TYPE render_seconds histogram
                render_seconds_bucket{le="0.1"} 0
                render_seconds_bucket{le="1"} 1
                render_seconds_bucket{le="+Inf"} 2
                render_seconds_sum 7.5
                render_seconds_count 2

                """)
        #expect(try worker.client.execute("{\"mode\":\"measure\",\"flood\":5000}").status == 200)
        try worker.answer("/metrics", contains: "plugin_series_dropped_total 4007\n")
        let full = try worker.answer("/metrics", contains: "\nimages_total{model=\"tiny\"").text
        #expect(full.contains("\nuniversal_worker_plugin_series 1000\n"))
        #expect(full.contains(",text=\"a\\\"b\\\\c\\nd\"} 4\n"))
    }
}
