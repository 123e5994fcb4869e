import Glibc
import TestSupport
import Testing

/// GET /metrics of the real binary.
@Suite(.blocking) struct MetricsTests {
    @Test func `Requests are counted by their route and by what became of them`() throws {
        let worker = try WorkerProcess.start("cancellation", "Ignores", ["--max-queue", "1"])
        let gate = try Gate(in: TemporaryFolder())
        let running = try worker.begin("runs", "{\(gate.kwargs)}")
        try gate.arrival()
        let waiting = try worker.begin("waits")
        #expect(try worker.client.execute("{}").status == 503)
        #expect(
            try worker.client.get("/metrics").text.contains("\nuniversal_worker_calls_queued 1\n"))
        #expect(try worker.client.post("/cancel/waits").status == 200)
        #expect(try waiting.readResponse().status == 409)
        let late = try worker.client.connect()
        try late.send("POST", "/execute", body: "{}", headers: [("X-Timeout", "0.01")])
        #expect(try late.readResponse().status == 504)
        running.close()
        try worker.counts("execute", "disconnected", 1)
        try gate.release()
        #expect(try worker.client.post("/execute", "{bad").status == 400)
        #expect(try worker.client.get("/no/such?path=1").status == 404)
        #expect(try worker.client.get("/health?secret=1").status == 200)
        try worker.counts("execute", "cancelled", 1)
        try worker.counts("execute", "deadline", 1)
        try worker.counts("execute", "rejected", 2)
        try worker.counts("health", "ok", 1)
        let text = try worker.counts("unmatched", "rejected", 1)
        #expect(!text.contains("secret") && !text.contains("no/such"))
    }
}

extension LiveWorker {
    /// Waits until /metrics counts so many requests; an answer is read before it is counted.
    @discardableResult
    func counts(_ endpoint: String, _ outcome: String, _ count: Int) throws -> String {
        let path = endpoint == "unmatched" ? endpoint : "/" + endpoint
        return try answer(
            "/metrics",
            contains:
                "universal_worker_requests_total{endpoint=\"\(path)\",outcome=\"\(outcome)\"} "
                + "\(count)\n"
        ).text
    }
}
