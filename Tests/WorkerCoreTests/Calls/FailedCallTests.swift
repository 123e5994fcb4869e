import TestSupport
import Testing
import WorkerCore

@Suite struct FailedCallTests {
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
