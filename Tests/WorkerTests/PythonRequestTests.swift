import TestSupport
import Testing

/// What a Python plugin sees of requests, and shows of its health, through the binary.
@Suite(.blocking) struct PythonRequestTests {
    @Test(arguments: [[], ["--concurrency", "2"]])
    func `A call brings its deadline and the headers that the plugin names`(options: [String])
        throws
    {
        let process = try PythonWorker.launch("Aware", options)
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        #expect(try worker.client.post("/execute").text == "[[],null,null]")
        let body = #"{"args":[],"kwargs":{}}"#
        let answer = try worker.client.request(
            "POST", "/execute", body: body,
            headers: [
                ("traceparent", "00-é"), ("X-Other", "1"), ("X-More", "2"), ("X-Timeout", "99"),
            ])
        #expect(
            answer.text
                == #"[[["traceparent","00-\u00e9"],["x-more","2"]],"00-\u00e9",true]"#,
            "\(answer.text)")
        let stream = try worker.client.request(
            "POST", "/execute_stream", body: body, headers: [("x-more", "3")])
        #expect(stream.text.contains("x-more"))
    }

    @Test func `A plugin shows its health, and whether it is ready`() throws {
        let process = try PythonWorker.launch("Aware")
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        #expect(
            try worker.client.get("/health").text.contains(#","model":"none","state":"not_ready""#))
        #expect(
            try worker.client.get("/health/ready").text
                == #"{"status":"not_ready","reason":"the plugin is not ready: not initialized"}"#)
        #expect(try worker.client.post("/initialize").status == 200)
        try worker.answer("/health", contains: #","model":"small","deep":[1],"state":"ready""#)
        #expect(try worker.client.get("/health/ready").status == 200)
        #expect(try worker.client.post("/execute", #"{"args":["own key"]}"#).status == 200)
        #expect(try worker.client.get("/health").text.contains(#","model":"small""#))
    }

    @Test func `A header name that is none is a load error`() throws {
        let process = try PythonWorker.launch("Vague")
        try process.expectEnd(.exited(1))
        try process.standardOutput.line(containing: "header name 0, 'a b'")
    }
}
