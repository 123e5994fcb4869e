import TestSupport
import Testing

/// The ten endpoints, where all goes well.
@Suite(.blocking) struct EndpointTests {
    static let reading = ["/health", "/stats", "/config_schema", "/config", "/progress"]
    static let writing = ["/initialize", "/execute", "/execute_stream", "/cleanup", "/cancel"]

    @Test func `The endpoints of a plugin without optional functions answer as the contract says`()
        throws
    {
        let worker = try WorkerProcess.start("lifecycle", "Bare")
        let health = try worker.client.get("/health")
        #expect(health.headers["Content-Type"]?.hasPrefix("application/json") == true)
        #expect(health.text.contains("\"status\":\"running\""))
        #expect(health.text.contains("\"pid\":\(worker.process.pid)"))
        #expect(health.text.contains("\"name\":\"unknown\""))
        #expect(health.text.contains("\"version\":\"unknown\""))
        #expect(try worker.client.get("/config").text == "{}")
        #expect(try worker.client.get("/config_schema").text == "{}")
        #expect(try worker.client.post("/cleanup").text == "{\"status\":\"cleaned\"}")
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"not_supported\"}")
        #expect(try worker.client.post("/execute").text == "{\"args\":[],\"kwargs\":{}}")
        #expect(
            try worker.client.get("/progress").text == "{\"progress\":0.0,\"message\":\"\"}")
    }

    @Test func `GET /health names the plugin and its version`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let text = try worker.client.get("/health").text
        #expect(text.contains("\"name\":\"Calls\""))
        #expect(text.contains("\"version\":\"1.2.3\""))
    }

    @Test func `GET /stats reports the worker's pid and resources`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let text = try worker.client.get("/stats").text
        #expect(text.contains("\"pid\":\(worker.process.pid)"))
        #expect(text.contains("\"cpu_percent\":"))
        #expect(text.contains("\"memory_rss_mb\":"))
    }

    @Test(arguments: reading)
    func `HEAD is answered as GET, without the body`(path: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send("HEAD", path)
        let head = try connection.readResponse(toHead: true)
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        try connection.send("GET", path)
        let response = try connection.readResponse()
        #expect(response.status == 200)
        #expect(!response.body.isEmpty)
        #expect(head.headers["Content-Type"] == response.headers["Content-Type"])
    }

    @Test func `Other methods are refused with 405, which says which are allowed`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for path in Self.reading {
            for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
                let response = try worker.client.request(method, path, body: "")
                #expect(response.status == 405, "\(method) \(path)")
                #expect(response.text == "{\"detail\":\"Method Not Allowed\"}")
                #expect(response.headers["Allow"]?.contains("GET") == true)
            }
        }
        for path in Self.writing {
            for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW"] {
                let response = try worker.client.request(
                    method, path, body: method == "GET" || method == "HEAD" ? nil : "")
                #expect(response.status == 405, "\(method) \(path)")
                #expect(response.headers["Allow"]?.contains("POST") == true)
            }
        }
    }

    @Test(arguments: [
        "/nowhere", "/health/", "/Health", "//health", "/health/x", "/execute/",
        "/execute%00", "/health%2f", "/../health",
    ])
    func `No other path is known`(path: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for method in ["GET", "POST"] {
            let body: String? = method == "POST" ? "{}" : nil
            let response = try worker.client.request(method, path, body: body)
            #expect(response.status == 404, "\(method) \(path)")
            #expect(response.isDetail)
        }
    }

    @Test(arguments: [
        "/health?", "/health?a=b&c", "/%68ealth", "/he%61lth?x=%00",
        "http://localhost/health", "http://127.0.0.1:1/health?x",
    ])
    func `An endpoint is found whatever its query, form of target or escapes`(target: String) throws
    {
        let worker = try WorkerProcess.start("echo", "Echo")
        #expect(try worker.client.get(target).status == 200)
    }

    @Test func `A length is required where there is a body, and not elsewhere`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        for path in ["/execute", "/execute_stream", "/initialize"] {
            #expect(try worker.client.request("POST", path).status == 411, "\(path)")
        }
        for path in ["/cancel", "/cleanup"] {
            #expect(try worker.client.request("POST", path).status == 200, "\(path)")
            #expect(try worker.client.post(path, "{no json").status == 200, "\(path)")
        }
    }

    @Test func `The Content-Type of a request does not matter`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "?"]
        {
            let response = try worker.client.request(
                "POST", "/execute", body: "{\"args\":[1]}", headers: [("Content-Type", type)])
            #expect(response.text == "{\"args\":[1],\"kwargs\":{}}")
        }
    }
}
