import Glibc
import TestSupport
import Testing

/// The death of a Python plugin's process, as the log, clients and the worker's parent see it.
@Suite(.blocking) struct PythonDeathTests {
    @Test func `The log says what ended it, and which calls ran`() throws {
        let worker = try PythonWorker.start()
        let process = try worker.client.execute("{\"mode\":\"number\"}").text
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute", body: "{\"kwargs\":{\"mode\":\"die\",\"signal\":11}}",
            headers: [("X-Request-Id", "deadly")])
        #expect(throws: (any Error).self) { try connection.readResponse() }
        try worker.process.expectEnd(.signalled(SIGSEGV))
        let line = try worker.process.standardError.line(containing: "was ended by signal 11")
        #expect(
            line.contains(
                "the plugin's process \(process) was ended by signal 11 (SIGSEGV); "
                    + "running: /execute deadly ("))
    }

    @Test func `Of a SIGKILL it says whether the kernel had killed for lack of memory`() throws {
        let worker = try PythonWorker.start()
        let process = try #require(Int32(try worker.client.execute("{\"mode\":\"number\"}").text))
        kill(process, SIGKILL)
        try worker.process.expectEnd(.signalled(SIGKILL))
        let line = try worker.process.standardError.line(containing: "(SIGKILL); no call ran; ")
        #expect(line.contains("out-of-memory killer") || line.contains("lack of memory"))
    }

    @Test func `Its death is not missed among those of what it has started`() throws {
        let worker = try PythonWorker.start()
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute", body: "{\"kwargs\":{\"mode\":\"storm\",\"signal\":\(SIGBUS)}}")
        #expect(throws: (any Error).self) { try connection.readResponse() }
        try worker.process.expectEnd(.signalled(SIGBUS))
        try worker.process.standardError.line(containing: "was ended by signal \(SIGBUS)")
    }

    @Test func `An initialize that the process dies of gets no answer either`() throws {
        let worker = try PythonWorker.start()
        let gate = try Gate(in: TemporaryFolder())
        let process = try #require(Int32(try worker.client.execute("{\"mode\":\"number\"}").text))
        let connection = try worker.begin("init", "{\(gate.kwargs)}", path: "/initialize")
        try gate.arrival()
        kill(process, SIGKILL)
        #expect(throws: (any Error).self) { try connection.readResponse() }
        try worker.process.expectEnd(.signalled(SIGKILL))
    }

    @Test
    func `A SIGKILL before there is an instance is a load failure that ends the worker alike`()
        throws
    {
        let process = try PythonWorker.launch("Deadly")
        try process.expectEnd(.signalled(SIGKILL))
        let line = try process.standardOutput.line(containing: "FATAL: Failed to load")
        #expect(line.hasSuffix(" - the process of the plugin was ended by signal 9 (SIGKILL)"))
    }

    @Test func `One that leaves before there is an instance is a load failure`() throws {
        let process = try PythonWorker.launch("Leaving")
        try process.expectEnd(.exited(1))
        let line = try process.standardOutput.line(containing: "FATAL: Failed to load")
        #expect(line.hasSuffix(" - the process of the plugin ended with exit code 7"))
    }

    @Test(arguments: ["swallow", "hold"])
    func `A wedged class leaves its stacks in the log, and the worker ends with its own code`(
        _ mode: String
    ) throws {
        let worker = try PythonWorker.start(["--wedged-exit", "0.5"])
        let connection = try worker.begin("stuck", "{\"mode\":\"\(mode)\"}")
        try worker.process.standardError.line(containing: mode == "hold" ? "holding" : "swallowing")
        #expect(try worker.client.post("/cancel").status == 200)
        #expect(try connection.readResponse().status == 409)
        try worker.process.expectEnd(.exited(8))
        try worker.process.standardError.line(containing: "Thread 0x")
        try worker.process.standardError.line(containing: "in \(mode)")
        try worker.process.standardError.line(containing: "the plugin is wedged: call stuck")
    }
}
