import Glibc
import TestSupport
import Testing

/// Endpoints, hooks and own answers of a library (ABI 1.1), through the binary.
@Suite(.blocking) struct LibraryEndpointTests {
    private func start(
        _ className: String = "Endpoints", _ options: [String] = [],
        environment: [String: String] = [:]
    ) throws -> LiveWorker {
        try WorkerProcess.start("endpoints", className, options, environment: environment)
    }

    @Test func `Each endpoint gets its body, and 404, 405 and HEAD are the worker's`() throws {
        let worker = try start()
        let client = worker.client
        for path in ["/act", "/beside"] {
            #expect(try client.get(path).text.hasPrefix(#"{"path":"\#(path)","body":0,"#))
            let posted = try client.post(path, "not JSON \u{1}")
            #expect(posted.status == 200 && posted.text.contains(#""body":10"#), "\(posted.text)")
            #expect(posted.headers["Content-Type"] == "application/json")
            let head = try client.request("HEAD", path)
            #expect(head.status == 200 && head.text.isEmpty)
            let wrong = try client.request("PUT", path)
            #expect(wrong.status == 405 && wrong.headers["Allow"] == "GET, HEAD, POST")
        }
        #expect(try client.post("/alone/A-z_0.9~").text.contains(#""path":"/alone/A-z_0.9~""#))
        #expect(try client.get("/alone/A-z_0.9~").headers["Allow"] == "POST")
        #expect(try client.get("/act/").status == 404)
        #expect(try client.get("/act?query=1").status == 200)
    }

    @Test func `A body as large as allowed arrives, a larger one is refused`() throws {
        let worker = try start("Endpoints", ["--max-body", "1MiB"])
        let client = worker.client
        let body = String(repeating: "x", count: 1 << 20)
        for path in ["/act", "/beside", "/alone/A-z_0.9~"] {
            #expect(try client.post(path, body).text.contains(#""body":1048576"#), "\(path)")
            #expect(try client.post(path, body + "x").status == 413, "\(path)")
        }
    }

    @Test(arguments: ["/act", "/beside", "/alone/A-z_0.9~"])
    func `What a function does reaches the client`(path: String) throws {
        let worker = try start()
        func post(_ what: String) throws -> HTTPResponse {
            try worker.client.post(path, #"{"do":"\#(what)"}"#)
        }
        let own = try post("own")
        #expect(own.status == 418 && own.headers["Content-Type"] == "text/plain")
        #expect(own.headers["X-Own"] != nil && own.body == Array("short ".utf8) + [0xFF])
        let json = try post("own_json")
        #expect(json.status == 201 && json.text == #"{"a":1}"#)
        #expect(json.headers["Content-Type"] == "application/json")
        #expect(try post("own_empty").status == 204)
        let failed = try post("fail")
        #expect(failed.status == 400 && failed.text == #"{"detail":"not that"}"#)
        let busy = try post("error")
        #expect(busy.status == 503 && busy.headers["Retry-After"] == "1")
        #expect(try post("nothing").text.contains("without finish"))
        #expect(try post("not_json").text.contains("is not JSON"))
        #expect(try post("emit").text == "34")
        for _ in 0..<100 { #expect(try post("later").text == #""later""#) }
        #expect(try post("twice").text == #""first""#)
        try worker.process.standardError.line(containing: "stale")
        let left = try post("leave")
        #expect(left.status == 500 && left.text.contains("ended itself"), "\(left.text)")
        #expect(try post("own_json").status == 201)
    }

    @Test(
        arguments: [
            "status 199", "status 600", "'content-LENGTH', which is the worker's",
            "header that is none",
            "header that is none", "more than 64 headers", "is not JSON", "content_type",
            "struct_size of 8", "'Content-Type', which is the worker's", "NULL for them",
            "body of NULL", "content_type",
        ].enumerated().map { $0 })
    func `An answer that may not be sent ends the call with an error that says why`(
        number: Int, says: String
    ) throws {
        let worker = try start()
        for path in ["/act", "/beside"] {
            let answer = try worker.client.post(path, #"{"do":"bad","case":\#(number)}"#)
            #expect(answer.status == 500 && answer.text.contains(says), "\(path) \(answer.text)")
            try worker.process.standardError.line(containing: "refused")
        }
    }

    @Test func `An execute may answer in its own words too, a stream may not`() throws {
        let worker = try start()
        let client = worker.client
        let own = try client.post("/execute", #"{"do":"own","more":1}"#)
        #expect(own.status == 418 && own.headers["X-Own"] != nil)
        #expect(try client.post("/execute_stream", "{}").text == "34\n")
    }

    @Test func `An execute sees the whole body, its deadline and the headers that it named`() throws
    {
        let worker = try start()
        let client = worker.client
        let plain = try client.post("/execute", #"{ "envelope" : 7 }"#).text
        #expect(plain.contains(#""body":18,"headers":["#) && plain.contains(#""left":null"#))
        for path in ["/execute", "/act", "/beside"] {
            let text = try client.request(
                "POST", path, body: "{}",
                headers: [
                    ("TRACEPARENT", "00-ab "), ("X-More", "1"), ("X-Other", "no"), ("x-more", "2"),
                    ("X-Timeout", "100"),
                ]
            ).text
            #expect(text.contains(#""traceparent=00-ab","x-more=1","x-more=2""#), "\(text)")
            #expect(!text.contains("x-other"))
            let left = text.split(separator: "\"left\":").last?.prefix { $0.isNumber }
            #expect((Int(left ?? "") ?? 0) > 50_000, "\(text)")
        }
    }

    @Test func `What runs beside calls is answered while they are all taken`() throws {
        let worker = try start()
        let folder = try TemporaryFolder()
        let gate = try Gate(in: folder)
        let calls = (0..<2).map { _ in
            Background { try worker.client.post("/act", #"{"do":"wait",\#(gate.kwargs)}"#) }
        }
        try gate.arrival()
        try gate.arrival()
        #expect(try worker.client.get("/beside").text.contains(#""inside":2"#))
        #expect(try worker.client.get("/config_options").text == #"{"model":["small","large"]}"#)
        #expect(try worker.client.get("/calls").text.contains(#""endpoint":"/act""#))
        try gate.release(2)
        for call in calls { #expect(try call.value().text == "0") }
    }

    @Test func `What runs alone waits for calls, and they wait for it`() throws {
        let worker = try start()
        let folder = try TemporaryFolder()
        let gate = try Gate(in: folder)
        let body = #"{"do":"wait",\#(gate.kwargs)}"#
        let call = Background { try worker.client.post("/act", body) }
        try gate.arrival()
        let alone = Background { try worker.client.post("/alone/A-z_0.9~", body) }
        try worker.answer("/calls", contains: #""endpoint":"/alone/A-z_0.9~","state":"queued""#)
        try gate.release()
        #expect(try call.value().status == 200)
        try gate.arrival()
        let next = Background { try worker.client.get("/act") }
        try worker.answer("/calls", contains: #""state":"queued""#)
        try gate.release()
        #expect(try alone.value().status == 200)
        #expect(try next.value().text.contains(#""inside":1"#))
    }

    @Test(arguments: ["/act", "/beside", "/alone/A-z_0.9~"])
    func `A deadline answers the client, and the function sees it`(path: String) throws {
        let worker = try start()
        let folder = try TemporaryFolder()
        let (gate, seen) = (try Gate(in: folder), try Gate(in: folder, "seen"))
        let body = #"{"do":"poll","seen":"\#(seen.announce)",\#(gate.kwargs)}"#
        let call = Background {
            try worker.client.request(
                "POST", path, body: body, headers: [("X-Timeout", "0.3")])
        }
        try gate.arrival()
        #expect(try call.value().status == 504)
        #expect(try seen.arrival() == "seen")
        #expect(try worker.client.post(path).status == 200)
    }

    @Test(arguments: ["/act", "/beside"])
    func `A client that goes away is seen by the function`(path: String) throws {
        let worker = try start()
        let folder = try TemporaryFolder()
        let (gate, seen) = (try Gate(in: folder), try Gate(in: folder, "seen"))
        let connection = try worker.client.connect()
        try connection.send(
            "POST", path, body: #"{"do":"poll","seen":"\#(seen.announce)",\#(gate.kwargs)}"#)
        try gate.arrival()
        connection.close()
        #expect(try seen.arrival() == "seen")
        #expect(try worker.client.get(path).status == 200)
    }

    @Test func `POST cancel stops an endpoint that runs as a call`() throws {
        let worker = try start()
        let folder = try TemporaryFolder()
        let gate = try Gate(in: folder)
        let call = Background {
            try worker.client.post("/act", #"{"do":"poll",\#(gate.kwargs)}"#)
        }
        try gate.arrival()
        #expect(try worker.client.post("/cancel").text == #"{"status":"cancelled"}"#)
        #expect(try call.value().status == 409)
    }

    @Test func `Further members are shown, and a plugin that is not ready says why`() throws {
        let worker = try start()
        #expect(try worker.client.get("/health").text.contains(#","model":"none","state":"ready""#))
        #expect(
            try worker.client.post("/act", #"{"do":"health"}"#).text == "[0,33,33,33,33,0,33,0]")
        let health = try worker.client.get("/health").text
        #expect(health.contains(#","model":"small","deep":{"a":[1]},"state":"not_ready""#))
        #expect(try worker.client.get("/stats").text.contains(#","gpu":0.5}"#))
        let ready = try worker.client.get("/health/ready")
        #expect(ready.status == 503)
        let reason = #"the plugin is not ready: no \"licence\""#
        #expect(ready.text == #"{"status":"not_ready","reason":"\#(reason)"}"#)
        #expect(try worker.client.get("/health/live").status == 200)
        #expect(try worker.client.post("/act", #"{"do":"fit"}"#).text == "0")
        #expect(try worker.client.get("/health/ready").status == 200)
        #expect(try !worker.client.get("/health").text.contains("model"))
    }

    @Test func `A plugin that is broken for good ends the worker from beside calls too`() throws {
        let worker = try start()
        #expect(try worker.client.post("/beside", #"{"do":"fatal"}"#).status == 500)
        try worker.process.expectEnd(.exited(4))
    }

    @Test func `Hooks are answered in the words of hosts`() throws {
        let worker = try start()
        let client = worker.client
        #expect(try client.post("/prefetch").text == #"{"status":"prefetched"}"#)
        #expect(try client.post("/on_enable").text == #"{"status":"enabled"}"#)
        let disabled = try client.post("/on_disable")
        #expect(disabled.status == 200)
        #expect(disabled.text == #"{"status":"error","detail":"still in use"}"#)
        let body = #"{"old_config": {"a":1}, "new_config": {"b":2}, "more": 3}"#
        #expect(try client.post("/reconfigure", body).text == #"{"status":"reconfigured"}"#)
        #expect(try client.get("/config").text == #"{"old":{"a":1},"new":{"b":2}}"#)
        let refused = try client.post("/reconfigure", #"{"old_config":[]}"#)
        #expect(refused.status == 500 && refused.text == #"{"detail":"cannot change"}"#)
        #expect(try client.post("/reconfigure", "{").status == 500)
        #expect(try client.get("/config_options").text == #"{"model":["small","large"]}"#)
        #expect(try client.get("/prefetch").headers["Allow"] == "POST")
    }

    @Test func `A prefetch is a call, which can be cancelled and shows its progress`() throws {
        let folder = try TemporaryFolder()
        let gate = try Gate(in: folder)
        let worker = try start("Endpoints", [], environment: gate.environment("PREFETCH"))
        let prefetch = Background { try worker.client.post("/prefetch") }
        try gate.arrival()
        #expect(try worker.client.get("/progress").text == #"{"progress":0.5,"message":"half"}"#)
        #expect(try worker.client.post("/cancel").text == #"{"status":"cancelled"}"#)
        try gate.release()
        let cancelled = try prefetch.value()
        #expect(cancelled.status == 500)
        #expect(cancelled.text == #"{"detail":"The call was cancelled by POST /cancel"}"#)
    }

    @Test(arguments: ["Few", "Asks"])
    func `A hook that a plugin with others lacks is not supported`(className: String) throws {
        let worker = try start(className)
        let client = worker.client
        let lacking = ["/prefetch", "/on_disable"]
        for path in lacking {
            #expect(try client.post(path).text == #"{"status":"not_supported"}"#, "\(path)")
        }
        for body in ["{}", "[", ""] {
            #expect(try client.post("/reconfigure", body).text == #"{"status":"not_supported"}"#)
        }
        guard className == "Asks" else {
            #expect(try client.get("/config_options").text == "{}")
            return
        }
        let left = try client.get("/config_options")
        #expect(left.status == 500 && left.text.contains("left no text"))
        for _ in 0..<6 {
            let ended = try client.post("/on_enable")
            #expect(ended.status == 500 && ended.text.contains("ended itself"))
        }
    }

    @Test func `Without any hook there are no such paths`() throws {
        let worker = try start("Bare")
        let client = worker.client
        for path in ["/prefetch", "/reconfigure", "/on_enable", "/on_disable", "/act"] {
            #expect(try client.post(path).status == 404, "\(path)")
        }
        #expect(try client.get("/config_options").status == 404)
    }

    @Test func `Rows of a later header are read by their own size`() throws {
        let worker = try start("LongRows")
        let client = worker.client
        #expect(try client.get("/first").text.contains(#""path":"/first""#))
        #expect(try client.get("/second").text.contains(#""path":"/second""#))
    }

    @Test func `The example sends a body back as it came`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let answer = try worker.client.request(
            "POST", "/mirror", body: "any \u{1} bytes", headers: [("Content-Type", "text/x-odd")])
        #expect(answer.text == "any \u{1} bytes" && answer.headers["Content-Type"] == "text/x-odd")
        let plain = try worker.client.connect()
        try plain.send("POST", "/mirror", body: "")
        #expect(try plain.readResponse().headers["Content-Type"] == "application/octet-stream")
    }

    @Test(arguments: [
        ("/execute", 5_000), ("/execute", 20_000), ("/act", 95_000), ("/beside", 95_000),
    ])
    func `A header may be longer than what a request may have`(path: String, length: Int) throws {
        let worker = try start()
        let body = #"{"do":"long_header","length":\#(length)}"#
        let connection = try worker.client.connect()
        try connection.send("POST", path, body: body, headers: [("X-Request-Id", "mine")])
        let answer = try connection.readResponse()
        #expect(answer.status == 202 && answer.text == "h")
        #expect(answer.headers["X-Long"]?.utf8.count == length)
        #expect(answer.headers["Content-Type"] == "text/plain")
        #expect(answer.headers["X-Request-Id"] == "mine")
        #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
        // It stands outside of libmicrohttpd, which cannot go on behind it.
        #expect(answer.headers["Connection"] == (length > 6_000 ? "close" : nil))
        if length > 6_000 { #expect(try connection.readToEnd().isEmpty) }
        let head = try worker.client.request("HEAD", "/act")
        #expect(head.status == 200)
        let many = try worker.client.post(path, #"{"do":"long_header","length":99000}"#)
        #expect(many.status == 500 && many.text.contains("more than 98304"))
    }

    @Test
    func
        `A long header and a large body reach a client that reads slowly, while others are served`()
        throws
    {
        let worker = try start()
        let size = 6 << 20
        let connection = try worker.client.connect(receiveBuffer: 4_096)
        try connection.send(
            "POST", "/execute", body: #"{"do":"long_header","length":95000,"size":\#(size)}"#)
        try worker.answer("/calls", contains: #""calls":[]"#)
        for _ in 0..<20 { #expect(try worker.client.get("/health").status == 200) }
        let answer = try connection.readResponse()
        #expect(answer.headers["X-Long"]?.utf8.count == 95_000 && answer.body.count == size)
        #expect(try connection.readToEnd().isEmpty)
    }

    @Test func `A client that goes away in the middle of a long header costs nothing`() throws {
        let worker = try start()
        let body = #"{"do":"long_header","length":95000,"size":8000000}"#
        let files = worker.facts.descriptors
        for _ in 0..<5 {
            let connection = try worker.client.connect(receiveBuffer: 4_096)
            try connection.send("POST", "/execute", body: body)
            try worker.answer("/calls", contains: #""calls":[]"#)
            connection.close()
        }
        let deadline = Deadline()
        while worker.facts.descriptors > files, !deadline.hasPassed {}
        #expect(worker.facts.descriptors <= files)
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test(arguments: ["/beside", "/alone/A-z_0.9~"])
    func `The end of the worker stops what runs beside calls or alone`(path: String) throws {
        let worker = try start()
        let folder = try TemporaryFolder()
        let gate = try Gate(in: folder)
        let call = Background {
            try worker.client.post(path, #"{"do":"poll",\#(gate.kwargs)}"#)
        }
        try gate.arrival()
        worker.process.signal(SIGTERM)
        #expect(try call.value().status == 409)
        try worker.process.expectEnd(.exited(0))
    }

    @Test func `What does not end beside calls is left behind, and not destroyed under its feet`()
        throws
    {
        let worker = try start("Endpoints", ["--shutdown-grace", "1"])
        let folder = try TemporaryFolder()
        let gate = try Gate(in: folder)
        let call = Background {
            try worker.client.post("/beside", #"{"do":"wait",\#(gate.kwargs)}"#)
        }
        try gate.arrival()
        worker.process.signal(SIGTERM)
        #expect(try call.value().status == 409)
        try worker.process.expectEnd(.exited(6))
    }
}
