import TestSupport
import Testing
import WorkerCore

@Suite struct FailedCallTests {
    @Test func `The line of a failed call has one shape, its detail last`() {
        let call = FailedCall(
            id: "job-7", endpoint: "/execute_stream", status: 504, duration: 2_003_999_999,
            detail: "The call's deadline has passed")
        #expect(
            call.line == "call failed: status=504 endpoint=/execute_stream ms=2003 id=job-7 "
                + "detail=The call's deadline has passed")
    }

    @Test(
        arguments: [
            (400, .info), (409, .info), (413, .info), (500, .warning), (503, .warning),
            (504, .warning),
        ] as [(UInt32, LogLevel)])
    func `What a client caused is told less gravely than what failed here`(
        status: UInt32, level: LogLevel
    ) {
        let call = FailedCall(
            id: "1", endpoint: "/execute", status: status, duration: 0, detail: "")
        #expect(call.level == level)
    }
}
