import TestSupport
import Testing
import WorkerHTTP

@Suite(.blocking) struct ConnectionTests {
    @Test func `A server whose thread has not run yet has lost no descriptor`() throws {
        let mayRun = Monitor(false)
        var settings = Settings()
        settings.beforeTurns = { _ = mayRun.wait(until: Deadline()) { $0 ? true : nil } }
        try withServer(settings) { server throws in
            #expect(server.server.lostDescriptor == nil)
            mayRun.withLock { $0 = true }
            #expect(try server.client.get("/health").status == 200)
            #expect(server.server.lostDescriptor == nil)
        }
    }

    @Test func `A thousand requests pass over one connection`() throws {
        try withServer { server throws in
            server.service.echoAtOnce()
            let connection = try server.client.connect()
            for number in 0..<500 {
                try connection.send("GET", "/health")
                #expect(try connection.readResponse().status == 200)
                let body = "{\"n\":\(number)}"
                try connection.send("POST", "/execute", body: body)
                #expect(try connection.readResponse().text == body)
            }
        }
    }

    @Test(arguments: [true, false])
    func `Fifty requests in one write are answered in order`(isLate: Bool) throws {
        try withServer { server throws in
            if isLate {
                server.service.state.withLock {
                    $0.atOnce = { call in startThread { call.client.finish(buffer(call.body)) } }
                }
            } else {
                server.service.echoAtOnce()
            }
            var text = ""
            for number in 0..<50 {
                let body = "{\"n\":\(number)}"
                text += "POST /execute HTTP/1.1\r\nHost: localhost\r\n"
                text += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
                text += "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
            }
            let connection = try server.client.connect()
            try connection.send(text)
            for number in 0..<50 {
                #expect(try connection.readResponse().text == "{\"n\":\(number)}")
                #expect(try connection.readResponse().status == 404)
            }
        }
    }

    @Test func `Fifty streams in one write each have their end`() throws {
        try withServer { server throws in
            server.service.state.withLock {
                $0.atOnce = { call in
                    startThread { call.client.finishStream(buffer("\(call.requestID)\n"), nil) }
                }
            }
            let one =
                "POST /execute_stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
            let connection = try server.client.connect()
            try connection.send(String(repeating: one, count: 50))
            for number in 1...50 {
                let response = try connection.readResponse()
                #expect(response.text == "\(number)\n")
                #expect(response.trailers["X-Stream-End"] == "complete")
            }
        }
    }

    @Test func `A connection that asks for its end gets it`() throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            try connection.send("GET", "/health", headers: [("Connection", "close")])
            #expect(try connection.readResponse().status == 200)
            #expect(try connection.isClosedByServer())
            let old = try server.client.connect()
            try old.send("GET /health HTTP/1.0\r\n\r\n")
            #expect(try old.readResponse().status == 200)
            #expect(try old.isClosedByServer())
        }
    }

    @Test func `Stopping ends connections that idle or have sent half a request`() throws {
        let server = try RunningServer()
        let idle = try server.client.connect()
        try idle.send("GET", "/health")
        _ = try idle.readResponse()
        let half = try server.client.connect()
        try half.send("POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{")
        let fresh = try server.client.connect()
        try server.stop()
        // What has not been accepted ends with the socket, which is the caller's again.
        server.closeListener()
        for connection in [idle, half, fresh] { #expect(try connection.isClosedByServer()) }
        #expect(throws: (any Error).self) { try server.client.get("/health") }
    }

    @Test func `While it drains, the server ends each connection with its reply`() throws {
        let server = try RunningServer()
        let idle = try server.client.connect()
        try idle.send("GET", "/health")
        _ = try idle.readResponse()
        let waiting = try server.client.connect()
        try waiting.send("POST", "/execute", body: "{}")
        let call = try server.service.submission()
        server.server.quiesce()
        try server.waitUntilOneWaits()
        try idle.send("GET", "/health")
        #expect(try idle.readResponse().headers["Connection"] == "close")
        call.client.finish(buffer("1"))
        let last = try waiting.readResponse()
        #expect(last.text == "1" && last.headers["Connection"] == "close")
        try server.waitUntilNothingWaits()
        server.server.stop()
        // Once is enough, and twice is harmless.
        server.server.stop()
        server.server.quiesce()
    }

    @Test func `A server can be stopped the moment nothing waits any more`() throws {
        for _ in 0..<2000 {
            let server = try RunningServer()
            let connection = try server.client.connect()
            try connection.send("POST", "/execute", body: "{}")
            let call = try server.service.submission()
            try server.waitUntilOneWaits()
            server.server.quiesce()
            startThread { call.client.finish(buffer("1")) }
            while server.server.isWaiting {}
            server.server.stop()
        }
    }

    @Test func `Servers start and stop over and over`() throws {
        for _ in 0..<20 {
            try withServer { server throws in
                #expect(try server.client.get("/health").status == 200)
            }
        }
    }
}
