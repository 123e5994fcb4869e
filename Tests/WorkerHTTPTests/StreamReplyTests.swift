import Glibc
import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerHTTP
import WorkerJSON

@Suite(.blocking) struct StreamReplyTests {
    private func open(
        _ server: RunningServer, version: String = "1.1", receiveBuffer: Int32? = nil
    ) throws -> (connection: HTTPConnection, exchange: any CallClient) {
        let connection = try server.client.connect(receiveBuffer: receiveBuffer)
        try connection.send(
            "POST /execute_stream HTTP/\(version)\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
        )
        return (connection, try server.service.submission().client)
    }

    /// Offers as a plugin does; waits for room.
    private func emit(_ line: String, to exchange: any CallClient) -> Bool {
        var lines = buffer(line)
        while true {
            switch exchange.offer(&lines) {
            case .taken: return true
            case .takenAndWaking:
                exchange.wake()
                return true
            case .full: exchange.waitForRoom()
            case .closed: return false
            }
        }
    }

    @Test func `The header block leaves before the first line, and each line as it comes`() throws {
        try withServer { server throws in
            let (connection, exchange) = try open(server)
            let head = try connection.readHead()
            #expect(head.status == 200)
            #expect(head.headers["Content-Type"] == "application/x-ndjson")
            #expect(head.headers["Transfer-Encoding"] == "chunked")
            #expect(head.headers["Trailer"] == "X-Stream-End")
            for number in 0..<50 {
                #expect(emit("{\"n\":\(number)}\n", to: exchange))
                let chunk = try connection.readChunk()
                #expect(chunk == Array("{\"n\":\(number)}\n".utf8))
            }
            exchange.finishStream(buffer(""), nil)
            #expect(try connection.readChunk() == nil)
            #expect(try connection.readFields()["X-Stream-End"] == "complete")
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
        }
    }

    @Test(
        arguments: [
            (nil, "", "complete"),
            (CallFailure(.plugin, "broke \"it\""), #"broke \"it\""#, "error"),
            (CallFailure(.misbehaviour, "x"), "x", "error"),
            (CallFailure(.deadline, "x"), "x", "error"),
            (CallFailure(.cancelled, "stop"), "stop", "cancelled"),
        ] as [(CallFailure?, String, String)])
    func `The trailer says how a stream ended, and a failure is its last line`(
        failure: CallFailure?, detail: String, end: String
    ) throws {
        try withServer { server throws in
            let (connection, exchange) = try open(server)
            #expect(emit("1\n", to: exchange))
            exchange.finishStream(buffer("2\n"), failure)
            let response = try connection.readResponse()
            let last = failure == nil ? "" : "{\"error\":\"\(detail)\"}\n"
            #expect(response.text == "1\n2\n\(last)")
            #expect(response.trailers.fields.map(\.value) == [end])
        }
    }

    @Test func `On HTTP 1.0 the stream ends with its connection, without a trailer`() throws {
        try withServer { server throws in
            let (connection, exchange) = try open(server, version: "1.0")
            let head = try connection.readHead()
            #expect(head.status == 200)
            #expect(head.headers["Transfer-Encoding"] == nil && head.headers["Trailer"] == nil)
            #expect(emit("1\n", to: exchange))
            exchange.finishStream(buffer("2\n"), CallFailure(.plugin, "no"))
            let rest = String(decoding: try connection.readToEnd(), as: UTF8.self)
            #expect(rest == "1\n2\n{\"error\":\"no\"}\n")
        }
    }

    @Test
    func `On HTTP 1.0 a late end closes the connection, though older ones are idle`()
        throws
    {
        try withServer { server throws in
            let older = try server.client.connect()
            try older.send("GET", "/health")
            #expect(try older.readResponse().status == 200)
            for _ in 0..<20 {
                let (connection, exchange) = try open(server, version: "1.0")
                _ = try connection.readHead()
                #expect(emit("1\n", to: exchange))
                // By then it most likely waits for lines again; one of twenty has to.
                poll(nil, 0, 5)
                exchange.finishStream(ByteBuffer(), nil)
                #expect(String(decoding: try connection.readToEnd(), as: UTF8.self) == "1\n")
            }
        }
    }

    @Test func `A stream that has ended before its header block left arrives whole`() throws {
        try withServer { server throws in
            server.service.state.withLock {
                $0.atOnce = { call in
                    var line = buffer("1\n")
                    _ = call.client.offer(&line)
                    call.client.finishStream(buffer("2\n"), nil)
                }
            }
            let connection = try server.client.connect()
            for _ in 0..<100 {
                try connection.send("POST", "/execute_stream", body: "{}")
                let response = try connection.readResponse()
                #expect(response.text == "1\n2\n")
                #expect(response.trailers["X-Stream-End"] == "complete")
            }
        }
    }

    @Test func `A slow reader holds its plugin back in bounded memory, and misses nothing`() throws
    {
        try withServer(Settings(streamBuffer: 64 << 10)) { server throws in
            let receiveBuffer: Int32 = 64 << 10
            let (connection, exchange) = try open(server, receiveBuffer: receiveBuffer)
            let line = String(repeating: "x", count: 9_999) + "\n"
            // Two of the pipe's buffers, one of which is being sent, and a line beyond the limit each.
            let own = 2 * (64 << 10) + 2 * line.utf8.count
            let most = (try Endpoint.capacity(receiveBuffer: receiveBuffer) + own) / line.utf8.count
            // Without a reader: socket buffers fill, then the pipe, and then offers are left.
            var (taken, refused) = (0, 0)
            var lines = buffer(line)
            while taken <= most, refused < 20 {
                switch exchange.offer(&lines) {
                case .closed: throw TestFailure("the stream is closed")
                case .full:
                    // The HTTP thread may still be filling the socket: it has not more to do for
                    // the stream when it has answered a request, or several.
                    refused += 1
                    _ = try server.client.get("/health")
                    continue
                case .takenAndWaking: exchange.wake()
                case .taken: break
                }
                (taken, refused) = (taken + 1, 0)
                lines = buffer(line)
            }
            #expect(taken <= most, "\(taken) lines were taken")
            let isLeft = lines.count == line.utf8.count
            #expect(isLeft, "what is not taken is left")
            let rest = 3_000 - taken
            let plugin = Background {
                for _ in 0..<rest { guard self.emit(line, to: exchange) else { return false } }
                exchange.finishStream(buffer(""), nil)
                return true
            }
            let response = try connection.readResponse()
            #expect(response.body.count == 3_000 * line.utf8.count)
            #expect(try plugin.value())
        }
    }

    @Test(arguments: ["close", "reset"])
    func `A reader that goes away ends the stream for its plugin`(how: String) throws {
        try withServer { server throws in
            let (connection, exchange) = try open(server)
            _ = try connection.readHead()
            let plugin = Background {
                var count = 0
                while self.emit("\(count)\n", to: exchange) { count += 1 }
                exchange.finishStream(buffer(""), CallFailure(.cancelled, "gone"))
                return count
            }
            _ = try connection.readChunk()
            if how == "close" { connection.close() } else { connection.reset() }
            #expect(try plugin.value() > 0)
            try server.waitUntilNothingWaits()
        }
    }

    @Test func `Closing frees a plugin that waits for room`() throws {
        try withServer(Settings(streamBuffer: 1)) { server throws in
            let (connection, exchange) = try open(server)
            let block = String(repeating: "x", count: 1 << 20) + "\n"
            let plugin = Background {
                while self.emit(block, to: exchange) {}
                exchange.finishStream(buffer(""), CallFailure(.cancelled, "stop"))
                return true
            }
            exchange.close()
            #expect(try plugin.value())
            #expect(try connection.readResponse().trailers["X-Stream-End"] == "cancelled")
        }
    }

    @Test func `Lines of several threads arrive whole`() throws {
        try withServer(Settings(streamBuffer: 10_000)) { server throws in
            let (connection, exchange) = try open(server)
            let plugins = (0..<4).map { thread in
                Background {
                    let line = String(repeating: String(thread), count: 700) + "\n"
                    for _ in 0..<250 { guard self.emit(line, to: exchange) else { return false } }
                    return true
                }
            }
            let end = Background {
                for plugin in plugins { guard try plugin.value() else { return false } }
                exchange.finishStream(buffer(""), nil)
                return true
            }
            let response = try connection.readResponse()
            #expect(try end.value())
            #expect(response.lines.count == 1000)
            #expect(response.lines.allSatisfy { $0.utf8.count == 700 && Set($0.utf8).count == 1 })
        }
    }
}
