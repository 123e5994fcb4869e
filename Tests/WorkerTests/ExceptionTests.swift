import Glibc
import TestSupport
import Testing

/// C++ exceptions that leave a plugin's functions become errors with their what().
@Suite(.blocking) struct ExceptionTests {
    private static let what = "thrown \\\"on\\\" purpose"

    @Test func `A C++ exception from execute is a 500 with its what()`() throws {
        let worker = try WorkerProcess.start("throwing", "InExecute")
        let response = try worker.client.execute("{\"kind\":\"runtime_error\"}")
        #expect(response.status == 500)
        #expect(response.isDetail)
        #expect(response.text.contains(Self.what))
        for kind in ["int", "string", "bad_text"] {
            let other = try worker.client.execute("{\"kind\":\"\(kind)\"}")
            #expect(other.status == 500, "\(kind)")
            #expect(other.isDetail)
        }
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test func `A C++ exception after finish changes nothing`() throws {
        let worker = try WorkerProcess.start("throwing", "AfterFinish")
        for _ in 0..<3 { #expect(try worker.client.execute("{}").text == "\"quiet\"") }
    }

    @Test func `A C++ exception from execute_stream is the last line`() throws {
        let worker = try WorkerProcess.start("throwing", "InStream")
        let response = try worker.client.stream("{}")
        #expect(response.lines.first == "1")
        #expect(response.lines.last?.contains(Self.what) == true)
        #expect(response.trailers["X-Stream-End"] == "error")
    }

    @Test func `A C++ exception from initialize is a 400`() throws {
        let worker = try WorkerProcess.start("throwing", "InInitialize")
        let response = try worker.client.post("/initialize")
        #expect(response.status == 400)
        #expect(response.text.contains(Self.what))
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test(arguments: ["InSchema", "InConfig"])
    func `A C++ exception from schema or config leaves the worker serving`(className: String) throws
    {
        let worker = try WorkerProcess.start("throwing", className)
        #expect(try worker.client.execute("{}").status == 200)
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test func `A C++ exception from cancel is the detail of an error`() throws {
        let worker = try WorkerProcess.start("throwing", "InCancel")
        let response = try worker.client.post("/cancel")
        #expect(response.text.hasPrefix("{\"status\":\"error\",\"detail\":\""))
        #expect(response.text.contains(Self.what))
    }

    @Test func `A C++ exception from cleanup is an error, and the worker still ends well`() throws {
        let worker = try WorkerProcess.start("throwing", "InCleanup")
        #expect(try worker.client.post("/cleanup").status == 500)
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A C++ exception from destroy does not abort the worker`() throws {
        let worker = try WorkerProcess.start("throwing", "InDestroy")
        try worker.terminate(expecting: .exited(0))
    }
}
