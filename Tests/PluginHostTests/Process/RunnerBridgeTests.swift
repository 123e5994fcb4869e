import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import PluginHost

@Suite(.blocking) struct RunnerBridgeTests {
    @Test func `Calls hear of the end of their process only after the worker has`() {
        let bridge = RunnerBridge()
        let (isTelling, mayGoOn) = (Semaphore(), Semaphore())
        _ = bridge.serve {
            isTelling.signal()
            mayGoOn.wait()
        }
        startThread { bridge.ended(.signal(11)) }
        isTelling.wait()
        #expect(bridge.end?.end == .signal(11))
        #expect(!bridge.waitForEnd(until: .now()))
        mayGoOn.signal()
        #expect(bridge.waitForEnd(until: .now() + .seconds(60)))
    }
}
