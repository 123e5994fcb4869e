import Glibc
import TestSupport
import Testing

/// HTTP/1.1 as hosts use it.
@Suite(.blocking) struct ConnectionTests {
    @Test func `A connection serves many requests, one after the other and pipelined`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        for i in 0..<50 { try connection.send("POST", "/execute", body: "{\"args\":[\(i)]}") }
        for i in 0..<50 {
            #expect(try connection.readResponse().text == "{\"args\":[\(i)],\"kwargs\":{}}")
        }
    }

    @Test func `A connection stays usable after errors that leave the framing intact`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let connection = try worker.client.connect()
        try connection.send("POST", "/execute", body: "{nonsense")
        try connection.send("GET", "/nowhere")
        try connection.send("PUT", "/execute", body: "{}")
        try connection.send("POST", "/execute", body: "{\"kwargs\":{\"mode\":\"no_finish\"}}")
        try connection.send(
            "POST", "/execute", body: "{\"kwargs\":{\"mode\":\"broken\",\"case\":3}}")
        try connection.send("POST", "/initialize", body: "")
        try connection.send("GET", "/health")
        let statuses = try (0..<7).map { _ in try connection.readResponse().status }
        #expect(statuses == [400, 404, 405, 500, 500, 400, 200])
    }

    @Test func `A chunked body may have extensions and trailers`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "8;x=y\r\n{\"args\":\r\n4\r\n[42]\r\n1\r\n}\r\n0\r\nX-Trailer: 1\r\n\r\n")
        let response = try connection.readResponse()
        #expect(response.text == "{\"args\":[42],\"kwargs\":{}}")
        #expect(response.headers["Connection"] == "close", "trailers could hide a request")
        #expect(try connection.isClosedByServer())
    }

    @Test func `A request may come byte by byte`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        let text = "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
        for byte in text.utf8 { try connection.send([byte]) }
        #expect(try connection.readResponse().status == 200)
    }

    @Test func `The worker asks for the body that Expect announces`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                + "Content-Length: 2\r\n\r\n")
        try connection.descriptor.wait(
            for: POLLIN, "100 Continue", until: Deadline())
        try connection.send("{}")
        let response = try connection.readResponse()
        #expect(response.informational == [100])
        #expect(response.status == 200)
    }

    @Test func `A connection of HTTP/1.0 closes after the response, and needs no Host`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let answer = try worker.client.exchange("GET /health HTTP/1.0\r\n\r\n")
        #expect(answer.contains(" 200 "))
        #expect(answer.contains("\"status\":\"running\""))
        let executed = try worker.client.exchange(
            "POST /execute HTTP/1.0\r\nContent-Length: 12\r\n\r\n{\"args\":[1]}")
        #expect(executed.hasSuffix("{\"args\":[1],\"kwargs\":{}}"))
    }

    @Test func `A connection closes when its client asks for that`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send("GET", "/health", headers: [("Connection", "close")])
        #expect(try connection.readResponse().status == 200)
        #expect(try connection.isClosedByServer())
    }

    @Test func `A connection that ends in the middle of a request leaves nothing behind`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        _ = try worker.client.post("/execute")
        let before = worker.facts.descriptors
        let half = "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{\"a"
        let starts = ["GET /he", "GET /health HTTP/1.1\r\nHost: lo", half]
        for i in 0..<60 {
            let connection = try worker.client.connect()
            try connection.send(starts[i % starts.count])
            switch i % 4 {
            case 0: connection.reset()
            case 1: connection.closeSending()
            default: connection.close()
            }
        }
        // The worker sees the ends in its own time; the requests below give it some.
        let deadline = Deadline()
        while worker.facts.descriptors > before + 1 && !deadline.hasPassed {
            #expect(try worker.client.get("/health").status == 200)
        }
        #expect(worker.facts.descriptors <= before + 1)
        #expect(try worker.client.post("/execute").status == 200)
    }
}
