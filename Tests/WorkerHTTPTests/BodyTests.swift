import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerHTTP

@Suite(.blocking) struct BodyTests {
    private func call(_ size: Int) -> String {
        #"{"args":[""# + String(repeating: "x", count: max(0, size - 13)) + #""]}"#
    }

    /// A chunked request with chunks of one size.
    private func chunked(_ path: String, _ body: String, _ size: Int) -> String {
        var text = "POST \(path) HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        var rest = body[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(size)
            text += String(chunk.utf8.count, radix: 16) + "\r\n\(chunk)\r\n"
            rest = rest.dropFirst(size)
        }
        return text + "0\r\n\r\n"
    }

    @Test(arguments: [1, 2, 7, 4096])
    func `A chunked body is put together, whatever the size of its chunks`(size: Int) throws {
        try withServer { server throws in
            server.service.echoAtOnce()
            let body = call(3000)
            let connection = try server.client.connect()
            for _ in 0..<3 {
                try connection.send(chunked("/execute", body, size))
                #expect(try connection.readResponse().text == body)
            }
        }
    }

    @Test func `A body that comes byte by byte is the same`() throws {
        try withServer { server throws in
            server.service.echoAtOnce()
            let connection = try server.client.connect()
            let text =
                "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n"
                + #"{"args":[1]}"#
            for byte in text.utf8 { try connection.send([byte]) }
            #expect(try connection.readResponse().text == #"{"args":[1]}"#)
        }
    }

    @Test(arguments: [[1], [100, 20_000], [6_000, 128, 7], [(1 << 20) - 1]])
    func `A long body is whole, however much of it is there at a time`(pieces: [Int]) throws {
        try withServer { server throws in
            server.service.echoAtOnce()
            let body = call(1 << 20)
            let connection = try server.client.connect()
            let head = "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            for _ in 0..<2 {
                try connection.send("\(head)\(1 << 20)\r\n\r\n")
                var rest = body[...]
                for piece in pieces {
                    try connection.send(String(rest.prefix(piece)))
                    rest = rest.dropFirst(piece)
                    // The thread that reads has had a turn since.
                    for _ in 0..<3 { #expect(try server.client.get("/health").status == 200) }
                }
                try connection.send(String(rest))
                #expect(try connection.readResponse().text == body)
            }
        }
    }

    @Test func `A body as large as it may be is taken`() throws {
        try withServer { server throws in
            server.service.echoAtOnce()
            let body = call(1 << 20)
            #expect(body.utf8.count == 1 << 20)
            #expect(try server.client.post("/execute", body).text == body)
            #expect(
                try server.client.exchange(
                    chunked("/execute", body, 60_000).replacing(
                        "Host: localhost", with: "Host: localhost\r\nConnection: close")
                ).hasSuffix(body))
        }
    }

    @Test func `A body that is a little too large is read to its end, and refused`() throws {
        try withServer { server throws in
            let response = try server.client.post("/execute", call((1 << 20) + 1))
            #expect(response.status == 413 && response.isDetail)
            #expect(response.headers["Connection"] == "close")
            let connection = try server.client.connect()
            try connection.send(chunked("/execute", call((1 << 20) + 1000), 50_000))
            #expect(try connection.readResponse().status == 413)
        }
    }

    @Test func `A body that is far too large is refused before it has come`() throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            try connection.send(
                "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n{")
            let response = try connection.readResponse()
            #expect(response.status == 413 && response.isDetail)
            // Also where its length is not known: no one reads on for ever.
            let endless = try server.client.connect()
            try endless.send(
                "POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
            for _ in 0..<22 { try endless.send(chunk) }
            #expect(try endless.readResponse().status == 413)
            #expect(try server.client.get("/health").status == 200)
        }
    }

    @Test func `A client that asks first is told before it sends`() throws {
        try withServer { server throws in
            server.service.echoAtOnce()
            let connection = try server.client.connect()
            let head = "POST /execute HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            try connection.send("\(head)Content-Length: 1048577\r\n\r\n")
            let refused = try connection.readResponse()
            #expect(refused.status == 413 && refused.informational.isEmpty)
            let other = try server.client.connect()
            try other.send("\(head)Content-Length: 2\r\n\r\n{}")
            let taken = try other.readResponse()
            #expect(taken.status == 200 && taken.informational == [100])
        }
    }

    @Test func `The bodies of all requests together have a limit, and are given back`() throws {
        try withServer(Settings(maxBuffered: 1_000_000)) { server throws in
            for _ in 0..<20 {
                let held = try server.client.connect()
                try held.send("POST", "/execute", body: call(900_000))
                let submission = try server.service.submission()
                let refused = try server.client.post("/execute", call(200_000))
                #expect(refused.status == 503 && refused.isDetail)
                let chunked = try server.client.connect()
                try chunked.send(self.chunked("/execute", call(200_000), 10_000))
                #expect(try chunked.readResponse().status == 503)
                // A small one has room.
                let small = try server.client.connect()
                try small.send("POST", "/execute", body: "{}")
                try server.service.submission().client.finish(buffer("1"))
                #expect(try small.readResponse().text == "1")
                submission.call.bodyIsDone()
                submission.client.finish(buffer("2"))
                #expect(try held.readResponse().text == "2")
            }
        }
    }

    /// The status of a body that takes a fifth of a budget of a million; 0 if it met a closed connection.
    private func status(_ server: RunningServer) -> Int {
        (try? server.client.post("/execute", call(200_000)).status) ?? 0
    }

    /// A client that holds nine tenths of that budget, and has yet to send the last byte.
    private func holder(_ server: RunningServer) throws -> HTTPConnection {
        let head = "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n"
        let deadline = Deadline()
        while !deadline.hasPassed {
            let holder = try server.client.connect()
            // It is refused as long as another body, already answered, is not let go of.
            guard (try? holder.send(head + call(899_999))) != nil else { continue }
            for _ in 0..<20 where status(server) == 503 { return holder }
            holder.close()
        }
        throw TestFailure("a body of nine tenths is never held")
    }

    @Test func `The budget of a client that goes in the middle of its body is given back`() throws {
        try withServer(Settings(maxBuffered: 1_000_000)) { server throws in
            server.service.echoAtOnce()
            for number in 0..<10 {
                let gone = try holder(server)
                if number % 2 == 0 { gone.close() } else { gone.reset() }
                let deadline = Deadline()
                var found = 0
                while found != 200, !deadline.hasPassed { found = status(server) }
                #expect(found == 200)
            }
        }
    }

    @Test func `Large bodies are validated aside, one after the other, while health answers`()
        throws
    {
        try withServer(Settings(largeBody: 1000)) { server throws in
            let gate = Monitor((arrived: 0, open: false))
            server.service.state.withLock { state in
                state.atOnce = { $0.client.finish(buffer("\($0.body.utf8.count)")) }
                state.before = {
                    gate.withLock { $0.arrived += 1 }
                    _ = gate.wait(until: Deadline()) { $0.open ? true : nil }
                }
            }
            let connections = try (0..<5).map { number in
                let connection = try server.client.connect()
                try connection.send("POST", "/execute", body: call(2000 + number))
                return connection
            }
            let arrived = gate.wait(until: Deadline()) {
                $0.arrived > 0 ? true : nil
            }
            #expect(arrived == true)
            for _ in 0..<20 { #expect(try server.client.get("/health").status == 200) }
            #expect(gate.withLock { $0.arrived } == 1)
            gate.withLock { $0.open = true }
            for (number, connection) in connections.enumerated() {
                #expect(try connection.readResponse().text == "\(2000 + number)")
            }
            #expect(server.threads.withLock { $0 } == ["uw-validate", "uw-http"])
        }
    }

    @Test func `What is wrong with a large body is told as with a small one`() throws {
        try withServer(Settings(largeBody: 100)) { server throws in
            let connection = try server.client.connect()
            let spaces = String(repeating: " ", count: 200)
            for body in ["{\(spaces)", "[\(spaces)]", "{\"args\":\(spaces)7}"] {
                for path in ["/execute", "/execute_stream"] {
                    try connection.send("POST", path, body: body)
                    let response = try connection.readResponse()
                    #expect(response.status == 400 && response.isDetail)
                }
            }
            server.service.state.withLock { $0.refusal = .full }
            for path in ["/execute", "/execute_stream", "/initialize"] {
                try connection.send("POST", path, body: "{\(spaces)}")
                #expect(try connection.readResponse().status == 503)
            }
        }
    }
}
