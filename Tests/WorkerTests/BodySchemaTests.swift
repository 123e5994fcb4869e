import TestSupport
import Testing

/// What plugins say of the bodies of their requests, in GET /openapi.json of the binary.
@Suite(.blocking) struct BodySchemaTests {
    @Test func `A library's schemas stand in the document, with addresses for their references`()
        throws
    {
        let worker = try WorkerProcess.start("schemas", "Switch")
        // Asked for before any call.
        #expect(try worker.client.execute(#"{"mode":"on"}"#).text == "true")
        let text = try worker.client.get("/openapi.json").text
        for path in ["/execute", "/execute_stream"] {
            let schema = #"{"$id":"\#(path)","type":"object","properties":{"args":{"type":"array","#
            #expect(text.contains(schema), "\(path)")
        }
        #expect(text.contains(#"{"$id":"/switch","enum":["on","off"]}"#))
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A Python class's schemas are those of its signatures, also after a restart`() throws
    {
        let folder = try TemporaryFolder()
        let module = try folder.write(
            """
            import os

            class Greeter:
                def execute(self, name: str, times: int = 1):
                    'Greets.'
                    return "hello " + name if times else os._exit(3)
            """, to: "greeter.py")
        let process = try WorkerProcess(
            arguments: [
                "--module", module, "--class", "Greeter", "--port", "0", "--on-crash", "restart",
            ], environment: ["PYTHONDONTWRITEBYTECODE": "1"])
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        let schema = #""kwargs":{"type":"object","properties":{"name":{"type":"string"},"times":"#
        for _ in 0..<2 {
            // Asked for before any call.
            let answer = try worker.client.post("/execute", #"{"args":["you"]}"#)
            #expect(answer.text == "\"hello you\"")
            let text = try worker.client.get("/openapi.json").text
            #expect(text.contains(schema) && text.contains(#""description":"Greets.""#))
            let last = try worker.client.post("/execute", #"{"kwargs":{"name":"","times":0}}"#)
            #expect(last.status == 500)
        }
    }
}
