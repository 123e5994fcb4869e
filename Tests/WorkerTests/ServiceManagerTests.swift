import Glibc
import TestSupport
import Testing

/// What the worker tells the service manager, over a real notify socket.
@Suite(.blocking) struct ServiceManagerTests {
    private let manager: NotifyReceiver

    init() throws { manager = try NotifyReceiver() }

    private func start(
        _ fixture: String = "echo", _ className: String = "Echo", _ options: [String] = [],
        watchdog: [String: String] = [:]
    ) throws -> LiveWorker {
        try WorkerProcess.start(
            fixture, className, options,
            environment: watchdog.merging(["NOTIFY_SOCKET": manager.name]) { left, _ in left })
    }

    /// Waits for a message with a prefix, and skips those before it.
    private func message(_ prefix: String) -> String? {
        while let message = manager.next() {
            if message.hasPrefix(prefix) { return message }
        }
        return nil
    }

    private func waitForUptime(of worker: LiveWorker, seconds: Int) throws {
        try worker.answer("/health", "that of a later second", pause: 20) {
            answer in
            !(0..<seconds).contains { answer.text.contains("\"uptime_seconds\":\($0),") }
        }
    }

    @Test func `READY=1 is repeated for as long as the manager's queue is full`() throws {
        let filled = try manager.fill()
        let worker = try start()
        // It says so as soon as it serves.
        try waitForUptime(of: worker, seconds: 2)
        for _ in 0..<filled { #expect(manager.next() == "FILLER=1") }
        #expect(manager.next()?.hasPrefix("READY=1\nSTATUS=serving ") == true)
        try worker.terminate(expecting: .exited(0))
        #expect(manager.next()?.hasPrefix("STOPPING=1\n") == true)
    }

    @Test func `A manager that hears nothing does not hold up the end`() throws {
        let filled = try manager.fill()
        let worker = try start()
        try worker.terminate(expecting: .exited(0))
        for _ in 0..<filled { #expect(manager.next() == "FILLER=1") }
        #expect(manager.next(within: 0) == nil)
    }

    @Test func `READY=1 comes before STOPPING=1 however late both are heard`() throws {
        let filled = try manager.fill()
        let worker = try start("lifecycle", "Lifecycle", ["--shutdown-grace", "60"])
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        worker.process.signal(SIGTERM)
        try worker.waitForEndToBegin()
        for _ in 0..<filled { #expect(manager.next() == "FILLER=1") }
        #expect(manager.next()?.hasPrefix("READY=1\n") == true)
        #expect(manager.next()?.hasPrefix("STOPPING=1\n") == true)
        try gate.release()
        #expect(try call.value().status == 200)
        try worker.process.expectEnd(.exited(0))
    }

    @Test func `Signs of life follow READY=1, also while the worker drains`() throws {
        let worker = try start(
            "lifecycle", "Lifecycle", ["--shutdown-grace", "60"],
            watchdog: ["WATCHDOG_USEC": "40000"])
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        #expect(message("READY=1") != nil)
        for _ in 0..<3 { #expect(message("WATCHDOG=1") != nil) }
        worker.process.signal(SIGTERM)
        #expect(message("STOPPING=1") != nil)
        for _ in 0..<3 { #expect(message("WATCHDOG=1") != nil) }
        try gate.release()
        #expect(try call.value().status == 200)
        try worker.process.expectEnd(.exited(0))
    }

    @Test func `A watchdog that is meant for another process gets no signs of life`() throws {
        let worker = try start(watchdog: ["WATCHDOG_USEC": "2000", "WATCHDOG_PID": "1"])
        try waitForUptime(of: worker, seconds: 1)
        try worker.terminate(expecting: .exited(0))
        #expect(manager.next()?.hasPrefix("READY=1") == true)
        #expect(manager.next()?.hasPrefix("STOPPING=1") == true)
        #expect(manager.next(within: 0) == nil)
    }

    @Test func `A worker whose socket no client can reach any more is as alive as before`() throws {
        let folder = try TemporaryFolder()
        let listener = try Listener.unix(folder.file("socket"))
        // Another server's under the same name, which never answers.
        unsafe unlink(folder.file("socket"))
        let other = try Listener.unix(folder.file("socket"))
        let process = try WorkerProcess(
            arguments: ["--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3"],
            environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "40000"],
            inherited: [listener])
        #expect(message("READY=1") != nil)
        for _ in 0..<3 { #expect(message("WATCHDOG=1") != nil) }
        #expect(process.isRunning)
        withExtendedLifetime(other) {}
    }
}
