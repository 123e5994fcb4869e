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
        #expect(try worker.terminate() == .exited(0))
    }
}
