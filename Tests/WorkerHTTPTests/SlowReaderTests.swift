import Glibc
import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerHTTP

/// Clients that take what they have asked for more slowly than is borne.
@Suite(.blocking) struct SlowReaderTests {
    private static let window = TimeSpan.milliseconds(200)

    @Test func `A client that takes nothing of a long result is ended, and its room is free`()
        throws
    {
        try withServer(Settings(readerWindow: Self.window)) { server throws in
            let connection = try server.client.connect()
            connection.descriptor.limitReceiving(to: 4096)
            try connection.send("POST", "/execute", body: "{}")
            let long = "\"" + String(repeating: "x", count: 16 << 20) + "\""
            try server.service.submission().client.finish(buffer(long))
            // One on which nothing is asked is not hit.
            let other = try server.client.connect()
            server.service.echoAtOnce()
            let deadline = Deadline()
            while try server.client.post("/execute", "{}").status == 503, !deadline.hasPassed {}
            #expect(!deadline.hasPassed)
            try other.send("GET", "/health")
            #expect(try other.readResponse().status == 200)
            connection.close()
        }
    }

    @Test func `A client that takes nothing of a stream is ended, and its call is cancelled`()
        throws
    {
        try withServer(Settings(readerWindow: Self.window)) { server throws in
            let connection = try server.client.connect()
            connection.descriptor.limitReceiving(to: 4096)
            try connection.send("POST", "/execute_stream", body: "{}")
            let exchange = try server.service.submission().client
            let line = "\"" + String(repeating: "x", count: 65_000) + "\"\n"
            while true {
                var lines = buffer(line)
                let offer = exchange.offer(&lines)
                if case .closed = offer { break }
                if case .takenAndWaking = offer { exchange.wake() }
                if case .full = offer { exchange.waitForRoom() }
            }
            exchange.finishStream(buffer(""), nil)
        }
    }

    @Test func `A stream whose plugin is slow goes on for as many windows as it takes`() throws {
        // In a shorter one a busy machine may not run the HTTP thread, which then has not seen what it sent taken.
        try withServer(Settings(readerWindow: Self.window)) { server throws in
            let connection = try server.client.connect()
            try connection.send("POST", "/execute_stream", body: "{}")
            let exchange = try server.service.submission().client
            #expect(try connection.readHead().status == 200)
            for number in 0..<10 {
                #expect(connection.staysSilent(milliseconds: 250))
                var lines = buffer("\(number)\n")
                if case .takenAndWaking = exchange.offer(&lines) { exchange.wake() }
                #expect(try connection.readChunk() == Array("\(number)\n".utf8))
            }
            exchange.finishStream(buffer(""), nil)
            #expect(try connection.readChunk() == nil)
        }
    }

    @Test func `A client that goes on reading gets all of a long result`() throws {
        // On a busy machine this thread may not run for longer than the others' window.
        try withServer(Settings(readerWindow: .seconds(5))) { server throws in
            let connection = try server.client.connect()
            try connection.send("POST", "/execute", body: "{}")
            let long = "\"" + String(repeating: "x", count: 16 << 20) + "\""
            try server.service.submission().client.finish(buffer(long))
            #expect(try connection.readResponse().body.count == long.utf8.count)
        }
    }
}
