import Glibc
import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerHTTP

@Suite(.blocking) struct ExchangeTests {
    @Test(
        arguments: [
            (
                "/execute", #" {"kwargs": {"b": 1}, "args": [1, 2]} "#, .execute, "[1, 2]",
                #"{"b": 1}"#
            ),
            ("/execute", "{}", .execute, nil, nil),
            ("/execute_stream", #"{"args":[]}"#, .stream, "[]", nil),
            ("/initialize", " [1, {}] ", .initialize, "[1, {}]", nil),
            ("/initialize", "null", .initialize, "null", nil),
            ("/cleanup", "no JSON at all", .cleanup, nil, nil),
        ] as [(String, String, CallKind, String?, String?)])
    func `A call is handed over with its parts as they were sent`(
        path: String, body: String, kind: CallKind, args: String?, kwargs: String?
    ) throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            try connection.send("POST", path, body: body)
            let call = try server.service.submission()
            #expect(call.kind == kind && call.args == args && call.kwargs == kwargs)
            #expect(call.body == (kind == .cleanup ? "" : body))
            #expect(call.requestID == "1")
            if kind == .stream {
                call.client.finishStream(buffer("1\n"), nil)
                #expect(try connection.readResponse().text == "1\n")
            } else {
                call.client.finish(buffer("[true]"))
                #expect(try connection.readResponse().text == "[true]")
            }
        }
    }

    @Test(arguments: [
        ("/initialize", #"{"status":"ok"}"#), ("/cleanup", #"{"status":"cleaned"}"#),
    ])
    func `A call without a result is answered with its status`(path: String, text: String) throws {
        try withServer { server throws in
            server.service.state.withLock { $0.atOnce = { $0.client.finish() } }
            #expect(try server.client.post(path).text == text)
        }
    }

    @Test func `Cleanup needs no body`() throws {
        try withServer { server throws in
            server.service.state.withLock { $0.atOnce = { $0.client.finish() } }
            #expect(try server.client.request("POST", "/cleanup").text == #"{"status":"cleaned"}"#)
        }
    }

    @Test(arguments: CallFailure.Reason.allCases)
    func `A failure has the status of its reason, and its text`(reason: CallFailure.Reason) throws {
        try withServer { server throws in
            let failure = CallFailure(reason, "why \"not\"")
            server.service.state.withLock { $0.atOnce = { $0.client.fail(failure) } }
            for (path, kind) in [("/execute", CallKind.execute), ("/initialize", .initialize)] {
                let response = try server.client.post(path)
                #expect(response.status == Int(failure.status(for: kind)))
                #expect(response.text == #"{"detail":"why \"not\""}"#)
                #expect(
                    response.headers["Retry-After"] == (response.status == 503 ? "1" : nil))
            }
        }
    }

    @Test(arguments: [CallRefusal.full, .closed])
    func `A call that is not taken in is answered 503, and the connection stays`(
        refusal: CallRefusal
    ) throws {
        try withServer { server throws in
            server.service.state.withLock { $0.refusal = refusal }
            let connection = try server.client.connect()
            for path in ["/execute", "/execute_stream", "/initialize", "/cleanup"] {
                try connection.send("POST", path, body: "{}")
                let response = try connection.readResponse()
                #expect(response.status == 503 && response.isDetail)
                #expect(response.headers["Retry-After"] == "1")
            }
        }
    }

    @Test(arguments: ["", "[", "[1]", "7", #"{"args":{}}"#, #"{"kwargs":[]}"#, "{} {}", "NaN"])
    func `A body that is no call is refused, and the connection stays`(body: String) throws {
        try withServer { server throws in
            server.service.echoAtOnce()
            let connection = try server.client.connect()
            for path in ["/execute", "/execute_stream"] {
                try connection.send("POST", path, body: body)
                let response = try connection.readResponse()
                #expect(response.status == 400 && response.isDetail)
            }
            try connection.send("POST", "/execute", body: "{}")
            #expect(try connection.readResponse().text == "{}")
        }
    }

    @Test(arguments: ["/execute", "/execute_stream", "/initialize"])
    func `A call without a length is asked for one, and the connection stays`(path: String) throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            try connection.send("POST", path)
            #expect(try connection.readResponse().status == 411)
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
        }
    }

    @Test func `A result may come before the connection sleeps, or long after`() throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            for number in 0..<200 {
                let isEarly = number % 2 == 0
                let early: @Sendable (Submission) -> Void = { call in
                    call.client.finish(buffer("\(number)"))
                }
                server.service.state.withLock { $0.atOnce = isEarly ? early : nil }
                try connection.send("POST", "/execute", body: "{}")
                if !isEarly {
                    let call = try server.service.submission()
                    #expect(try server.client.get("/health").status == 200)
                    call.client.finish(buffer("\(number)"))
                }
                #expect(try connection.readResponse().text == "\(number)")
            }
        }
    }

    @Test func `A result that races with the suspension is never lost`() throws {
        try withServer { server throws in
            server.service.state.withLock {
                $0.atOnce = { call in startThread { call.client.finish(buffer(call.body)) } }
            }
            let clients = (0..<4).map { _ in
                Background { () throws -> Int in
                    let connection = try server.client.connect()
                    for number in 0..<300 {
                        let body = "{\"n\":\(number)}"
                        try connection.send("POST", "/execute", body: body)
                        guard try connection.readResponse().text == body else { return number }
                    }
                    return 300
                }
            }
            for client in clients { #expect(try client.value() == 300) }
            try server.waitUntilNothingWaits()
        }
    }

    @Test func `Of several outcomes the first counts`() throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            try connection.send("POST", "/execute", body: "{}")
            let call = try server.service.submission()
            call.client.finish(buffer("1"))
            call.client.finish(buffer("2"))
            call.client.fail(CallFailure(.plugin, "3"))
            #expect(try connection.readResponse().text == "1")
            call.client.finish(buffer("4"))
            try connection.send("GET", "/progress")
            #expect(try connection.readResponse().text.contains("half"))
        }
    }

    @Test(arguments: ["close", "reset", "half-close"])
    func `A call whose client has gone may end at leisure`(how: String) throws {
        try withServer { server throws in
            for path in ["/execute", "/execute_stream", "/cleanup"] {
                let connection = try server.client.connect()
                try connection.send("POST", path, body: "{}")
                let call = try server.service.submission()
                switch how {
                case "close": connection.close()
                case "reset": connection.reset()
                default: connection.closeSending()
                }
                #expect(try server.client.get("/health").status == 200)
                if path == "/execute_stream" {
                    var lines = buffer("1\n")
                    if case .takenAndWaking = call.client.offer(&lines) { call.client.wake() }
                    call.client.finishStream(buffer("2\n"), nil)
                } else {
                    call.client.finish(buffer("1"))
                }
                try server.waitUntilNothingWaits()
                #expect(try server.client.get("/health").status == 200)
            }
        }
    }
}
