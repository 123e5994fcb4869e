import TestSupport
import Testing

/// --max-queue, and who comes first.
@Suite(.blocking) struct QueueTests {
    private let folder: TemporaryFolder
    private let gate: Gate

    init() throws {
        folder = try TemporaryFolder()
        gate = try Gate(in: folder)
    }

    /// A worker for `Lifecycle` with a call that runs, and its connection.
    private func start(_ limit: Int) throws -> (worker: LiveWorker, running: HTTPConnection) {
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", ["--max-queue", "\(limit)"],
            environment: ["FIXTURE_TRACE": folder.file("trace")])
        let running = try worker.begin("running", "{\(gate.kwargs)}")
        try gate.arrival()
        return (worker, running)
    }

    private var trace: [String] {
        folder.text("trace").split(separator: "\n").map(String.init)
            .filter(["initialize", "execute", "cleanup"].contains)
    }

    @Test(arguments: [0, 1, 2])
    func `A full queue refuses with 503 and Retry-After at once`(limit: Int) throws {
        let (worker, running) = try start(limit)
        let waiting = try (0..<limit).map { try worker.begin("\($0)") }
        for path in ["/execute", "/execute_stream", "/initialize"] {
            let response = try worker.client.post(path)
            #expect(response.status == 503, "\(path)")
            #expect(response.isDetail && response.text.contains("--max-queue"))
            #expect(response.headers["Retry-After"] == "1")
        }
        #expect(try worker.client.get("/health/ready").status == 200)
        #expect(try worker.reaches("running", "running"))
        // Cleanup is taken all the same, and goes first.
        let cleanup = try worker.begin("cleanup", path: "/cleanup")
        try gate.release()
        for connection in [running, cleanup] + waiting {
            #expect(try connection.readResponse().status == 200)
        }
        #expect(trace == ["execute", "cleanup"] + Array(repeating: "execute", count: limit))
        try worker.answer("/calls", contains: "[]")
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test func `A waiting call that is cancelled, expires or loses its client makes room`() throws {
        let (worker, running) = try start(1)
        let cancelled = try worker.begin("cancelled")
        #expect(try worker.client.execute("{}").status == 503)
        #expect(try worker.client.post("/cancel/cancelled").status == 200)
        #expect(try cancelled.readResponse().status == 409)
        let expiring = try worker.begin("expiring", headers: [("X-Timeout", "1")])
        #expect(try expiring.readResponse().status == 504)
        let leaving = try worker.begin("leaving")
        leaving.close()
        try worker.answer("/health", contains: "\"calls_queued\":0")
        let last = try worker.begin("last")
        #expect(try worker.client.execute("{}").status == 503)
        try gate.release()
        #expect(try [running, last].map { try $0.readResponse().status } == [200, 200])
        #expect(trace == ["execute", "execute"])
    }

    @Test func `A queue of none serves one client after the other`() throws {
        let worker = try WorkerProcess.start("echo", "Echo", ["--max-queue", "0"])
        let connection = try worker.client.connect()
        for _ in 0..<100 {
            for path in ["/execute", "/execute_stream", "/initialize", "/cleanup"] {
                try connection.send("POST", path, body: "{}")
                #expect(try connection.readResponse().status == 200, "\(path)")
            }
        }
    }

    @Test func `A queue of one serves as many clients as there are places, and one more`() throws {
        let worker = try WorkerProcess.start(
            "threading", "Concurrent", ["--max-queue", "1"],
            environment: ["FIXTURE_CONCURRENCY": "2"])
        let clients = (0..<3).map { _ in
            Background {
                let connection = try worker.client.connect()
                for _ in 0..<300 {
                    try connection.send("POST", "/execute", body: "{}")
                    #expect(try connection.readResponse().status == 200)
                }
            }
        }
        for client in clients { try client.value() }
    }

    @Test(arguments: ["Lifecycle", "Serial", "Affine"])
    func `The queue keeps the order of arrival`(className: String) throws {
        let worker = try WorkerProcess.start(
            className == "Lifecycle" ? "lifecycle" : "threading", className)
        let running = try worker.begin("running", "{\(gate.kwargs)}")
        try gate.arrival()
        let gates = try (0..<5).map { try Gate(in: folder, "\($0)") }
        let paths = ["/execute", "/execute_stream", "/initialize", "/execute", "/execute"]
        let calls = try gates.indices.map {
            try worker.begin("\($0)", "{\(gates[$0].kwargs)}", path: paths[$0])
        }
        try gate.release()
        #expect(try running.readResponse().status == 200)
        for (index, next) in gates.enumerated() {
            try next.arrival()
            for later in gates[(index + 1)...] { #expect(later.staysEmpty(milliseconds: 0)) }
            try next.release()
            #expect(try calls[index].readResponse().status == 200)
        }
    }

    @Test(arguments: ["Serial", "Affine", "Concurrent"])
    func `No initialize or cleanup runs beside a call`(className: String) throws {
        let worker = try WorkerProcess.start(
            "threading", className, environment: ["FIXTURE_CONCURRENCY": "1"])
        let paths = ["/execute", "/initialize", "/execute_stream", "/cleanup"]
        let clients = paths.indices.map { client in
            Background {
                let connection = try worker.client.connect()
                for i in 0..<40 {
                    try connection.send("POST", paths[(client + i) % paths.count], body: "{}")
                    #expect(try connection.readResponse().status == 200)
                }
            }
        }
        for client in clients { try client.value() }
        let report = try worker.client.execute("{\"mode\":\"report\"}").text
        #expect(report.hasPrefix("{\"most\":1,"))
    }
}
