import TestSupport
import Testing

/// Clients of a Python plugin that go away.
@Suite(.blocking) struct PythonDisconnectTests {
    @Test func `A stream ends whose client goes away as it begins`() throws {
        let process = try WorkerProcess(
            arguments: [
                "--module", Repository.root + "/Tests/Fixtures/faults.py", "--class", "Endless",
                "--port", "0",
            ], environment: ["PYTHONDONTWRITEBYTECODE": "1"])
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        for _ in 0..<20 {
            let connection = try worker.client.connect()
            try connection.send(
                "POST /execute_stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
            connection.close()
            try worker.answer("/health", contains: "\"calls_running\":0,\"calls_queued\":0}")
        }
        try worker.terminate(expecting: .exited(0))
    }
}
