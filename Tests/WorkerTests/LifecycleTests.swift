import Glibc
import TestSupport
import Testing

/// What surrounds calls: configuration, cleanup, the end.
@Suite(.blocking) struct LifecycleTests {
    private let folder: TemporaryFolder
    private let worker: LiveWorker

    init() throws {
        folder = try TemporaryFolder()
        worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", environment: ["FIXTURE_TRACE": folder.file("trace")])
    }

    private var trace: [String] { folder.text("trace").split(separator: "\n").map(String.init) }

    private func initialize(_ config: String) throws -> HTTPResponse {
        try worker.client.post("/initialize", config)
    }

    private var config: String { get throws { try worker.client.get("/config").text } }

    @Test func `Configuration and schema are read after create and after each initialize`() throws {
        #expect(try config == "{\"initial\":true}")
        #expect(try worker.client.get("/config_schema").text == "{\"type\":\"object\"}")
        #expect(try initialize("{\"b\":1,\"a\":2}").text == "{\"status\":\"ok\"}")
        #expect(try config == "{\"b\":1,\"a\":2}")
        #expect(try initialize("[1]").status == 200)
        #expect(try config == "{\"value\":[1]}")
    }

    @Test(arguments: ["{}", "[]", "1", "\"x\"", "null"])
    func `Any JSON value may be a configuration`(text: String) throws {
        #expect(try initialize(text).status == 200)
    }

    @Test(arguments: ["", " ", "{", "nope", "{} {}", "[1,]"])
    func `What is no JSON does not reach initialize`(text: String) throws {
        let response = try initialize(text)
        #expect(response.status == 400)
        #expect(response.isDetail)
        #expect(!trace.contains("initialize"))
    }

    @Test func `A refused configuration leaves the former one in place`() throws {
        _ = try initialize("{\"good\":1}")
        let response = try initialize("{\"refuse\":\"too warm\"}")
        #expect(response.status == 400)
        #expect(response.text == "{\"detail\":\"too warm\"}")
        #expect(try config == "{\"good\":1}")
    }

    @Test(arguments: [(2, 400), (3, 400), (5, 503), (7, 501), (77, 500)])
    func `A failure to initialize is answered by its status`(status: Int, expected: Int) throws {
        let response = try initialize("{\"status\":\(status)}")
        // 400 is what the contract says of a failed initialize; more telling statuses may pass.
        #expect(response.status == expected || response.status == 400)
        #expect(response.isDetail)
    }

    @Test(arguments: ["broken", "array", "silent", "error"])
    func `A worker goes on when schema or configuration are broken`(mode: String) throws {
        _ = try initialize("{\"schema\":\"\(mode)\",\"config\":\"\(mode)\"}")
        for path in ["/config", "/config_schema"] {
            let response = try worker.client.get(path)
            #expect(response.status == 200 || response.status == 500)
            #expect(response.text.hasPrefix("{"))
            #expect(response.text.hasSuffix("}"))
        }
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test func `A configuration that the plugin has changed is read again`() throws {
        #expect(try worker.client.execute("{\"mode\":\"change\"}").status == 200)
        // "Between calls": it has been read when a later call has been through.
        #expect(try worker.client.execute("{}").status == 200)
        #expect(try config == "{\"changed\":true}")
    }

    @Test func `Execute works before initialize and after cleanup`() throws {
        for path in ["/execute", "/cleanup", "/cleanup", "/execute", "/initialize", "/execute"] {
            #expect(try worker.client.post(path).status == 200)
        }
    }

    @Test func `A plugin may say that it is not ready, with 503 and Retry-After`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Unready")
        let early = try worker.client.execute("{}")
        #expect(early.status == 503)
        #expect(early.text == "{\"detail\":\"initialize first\"}")
        #expect(early.headers["Retry-After"] != nil)
        _ = try worker.client.post("/initialize")
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test func `A life ends with one cleanup, then destroy`() throws {
        _ = try worker.client.execute("{}")
        try worker.terminate(expecting: .exited(0))
        #expect(trace.first == "create")
        #expect(trace.suffix(3) == ["execute", "cleanup", "destroy"])
        #expect(trace.count { $0 == "create" } == 1)
    }

    @Test func `A life ends without another cleanup when nothing has happened since the last one`()
        throws
    {
        _ = try worker.client.execute("{}")
        #expect(try worker.client.post("/cleanup").text == "{\"status\":\"cleaned\"}")
        try worker.terminate(expecting: .exited(0))
        #expect(trace.count { $0 == "cleanup" } == 1)
    }

    @Test func `A life ends with another cleanup when a call has come since the last one`() throws {
        _ = try worker.client.post("/cleanup")
        _ = try worker.client.execute("{}")
        try worker.terminate(expecting: .exited(0))
        #expect(trace.count { $0 == "cleanup" } == 2)
    }

    @Test func `A failed cleanup is told to its client, and does not disturb the end`() throws {
        let worker = try WorkerProcess.start("lifecycle", "NoCleanup")
        let response = try worker.client.post("/cleanup")
        #expect(response.status == 500)
        #expect(response.text == "{\"detail\":\"will not let go\"}")
        try worker.terminate(expecting: .exited(0))
    }
}
