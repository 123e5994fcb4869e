import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerHTTP

@Suite(.blocking) struct EndpointTableTests {
    /// The contract: each path with what its 405 allows, and the type of its 200.
    private static let contract: [(path: String, allow: String)] = [
        ("/", "GET, HEAD"), ("/docs", "GET, HEAD"), ("/openapi.json", "GET, HEAD"),
        ("/health", "GET, HEAD"), ("/health/live", "GET, HEAD"), ("/health/ready", "GET, HEAD"),
        ("/calls", "GET, HEAD"), ("/stats", "GET, HEAD"), ("/config_schema", "GET, HEAD"),
        ("/config", "GET, HEAD"), ("/progress", "GET, HEAD"), ("/progress/ID", "GET, HEAD"),
        ("/initialize", "POST"), ("/execute", "POST"), ("/execute_stream", "POST"),
        ("/cancel", "POST"), ("/cancel/ID", "POST"), ("/cleanup", "POST"),
    ]

    @Test func `The worker's own endpoints are the contract's`() throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            for (path, allow) in Self.contract {
                try connection.send("PATCH", path)
                let response = try connection.readResponse()
                #expect(response.status == 405 && response.headers["Allow"] == allow, "\(path)")
            }
        }
    }

    @Test
    func `The API document has every row, also one of the plugin's, and refers to what it has`()
        throws
    {
        var settings = Settings()
        let isNew = settings.endpoints.add(
            .call(.endpoint(0, .call), at: "/own", [.get, .post], body: .raw))
        #expect(isNew)
        try withServer(settings) { server throws in
            let response = try server.client.get("/openapi.json")
            #expect(response.status == 200)
            #expect(response.headers["Content-Type"] == "application/json")
            let text = response.text
            for (path, _) in Self.contract where !path.hasSuffix("ID") {
                #expect(text.contains("\"\(path)\":{\""), "\(path)")
            }
            #expect(text.contains(##""/cancel/{id}":{"post":{"operationId":"post/cancel/{id}","##))
            let own = ##"""
                "/own":{"get":{"operationId":"get/own","tags":["plugin"],\##
                "summary":"An endpoint of the plugin's own","parameters":[\##
                {"$ref":"#/components/parameters/X-Request-Id"},\##
                {"$ref":"#/components/parameters/X-Timeout"}],"responses":{"200":\##
                {"description":"It worked","content":{"*/*":{"schema":{}}}},\##
                "default":{"$ref":"#/components/responses/Error"}}},"post":{
                """##
            #expect(text.contains(own))
            #expect(
                text.contains(##""Configuration":{"$id":"/config_schema","type":"object"}"##))
            let parts = text.split(separator: "\"$ref\":\"#/components/").dropFirst()
            for name in Set(parts.compactMap { $0.split(separator: "\"").first }) {
                let parts = name.split(separator: "/")
                #expect(text.contains("\"\(parts[0])\":{") && text.contains("\"\(parts[1])\":{"))
            }
        }
    }

    @Test func `The API document has what the plugin says of bodies, under addresses of their own`()
        throws
    {
        var settings = Settings()
        let isNew = settings.endpoints.add(
            .call(.endpoint(0, .call), at: "/own", .post, body: .raw))
        #expect(isNew)
        try withServer(settings) { server throws in
            server.service.state.withLock { state in
                state.schemas = [
                    "/execute": ##"{"$ref":"#/$defs/a","$defs":{"a":{}}}"##, "/own": "{}",
                    "/execute_stream": #"{"title":"lines","$id":"urn:lines"}"#,
                ]
            }
            let text = try server.client.get("/openapi.json").text
            for schema in [
                ##"{"$id":"/execute","$ref":"#/$defs/a","$defs":{"a":{}}}"##,
                #"{"title":"lines","$id":"urn:lines"}"#, #"{"$id":"/own"}"#,
            ] {
                let body =
                    #""requestBody":{"required":true,"content":{"application/json":{"schema":"#
                    + schema + "}}},"
                #expect(text.contains(body), "\(schema)")
            }
            #expect(!text.contains("#/components/schemas/Call"))
        }
    }

    @Test(arguments: [("/execute", "POST"), ("/initialize", "POST"), ("/cleanup", "POST")])
    func `A body is asked for where it is looked at`(path: String, method: String) throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            try connection.send(method, path)
            guard path == "/cleanup" else {
                #expect(try connection.readResponse().status == 411)
                return
            }
            try server.service.submission().client.finish()
            #expect(try connection.readResponse().text == #"{"status":"cleaned"}"#)
        }
    }

    @Test func `A row that is added while the worker starts is served like the others`() throws {
        var settings = Settings()
        let isNew = settings.endpoints.add(
            .call(.execute, at: "/more", [.get, .post], body: .ignored, as: "text/plain"))
        #expect(isNew)
        try withServer(settings) { server throws in
            let connection = try server.client.connect()
            for (method, text) in [("GET", "\"a\""), ("POST", "\"b\""), ("HEAD", "\"c\"")] {
                try connection.send(method, "/more?x", body: method == "POST" ? "dropped" : nil)
                let submission = try server.service.submission()
                #expect(submission.kind == .execute && submission.body.isEmpty)
                submission.client.finish(buffer(text))
                let response = try connection.readResponse(toHead: method == "HEAD")
                #expect(response.status == 200)
                #expect(response.text == (method == "HEAD" ? "" : text))
                #expect(response.headers["Content-Type"] == "text/plain")
            }
            try connection.send("PUT", "/more")
            #expect(try connection.readResponse().headers["Allow"] == "GET, HEAD, POST")
            try connection.send("GET", "/more/")
            #expect(try connection.readResponse().status == 404)
            try connection.send("GET", "/more")
            try server.service.submission().client.fail(CallFailure(.cancelled, "no more"))
            let failed = try connection.readResponse()
            #expect(failed.status == 409 && failed.text == #"{"detail":"no more"}"#)
            #expect(failed.headers["Content-Type"] == "application/json")
            let told = server.service.state.withLock { $0.failed }
            #expect(told.map(\.endpoint) == ["/more"])
        }
    }

    @Test(
        arguments: [
            ("/health", .get), ("/execute", [.get, .post]), ("/execute", .get),
            ("/cancel/{id}", .post), ("/cancel/x", .post), ("/progress/x/y", .post),
            ("/added", .get),
        ] as [(String, Methods)])
    func `A row does not take the place of another, or a path of the worker's own`(
        path: String, methods: Methods
    ) {
        var table = EndpointTable()
        let first = table.add(.call(.execute, at: "/added", .get, body: .ignored))
        let taken = table.add(.call(.execute, at: path, methods, body: .ignored))
        let other = table.add(.call(.execute, at: "/added", .post, body: .ignored))
        #expect(first && !taken && other)
    }
}
