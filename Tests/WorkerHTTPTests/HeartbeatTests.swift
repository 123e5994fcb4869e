import TestSupport
import Testing
import WorkerCore

@testable import WorkerHTTP

@Suite(.blocking) struct HeartbeatTests {
    @Test func `A sign of life that was not heard is tried again much earlier than the next`() {
        let heard = Heartbeat(interval: 800) { true }
        #expect(heard.beat(at: 1_000) == 1_800)
        let unheard = Heartbeat(interval: 800) { false }
        #expect(unheard.beat(at: 1_000) == 1_100)
    }

    @Test func `A loop that has nothing else to do gives signs of life`() throws {
        let beats = Monitor(0)
        var settings = Settings()
        settings.heartbeat = Heartbeat(interval: .milliseconds(1)) {
            beats.withLock { $0 += 1 }
            return true
        }
        try withServer(settings) { _ in
            #expect(beats.wait(until: Deadline()) { $0 > 3 ? $0 : nil } != nil)
        }
    }

    @Test func `A loop that does not turn gives no sign of life until it does again`() throws {
        let beats = Monitor(0)
        var settings = Settings()
        settings.heartbeat = Heartbeat(interval: .milliseconds(1)) {
            beats.withLock { $0 += 1 }
            return true
        }
        try withServer(settings) { server in
            let isStuck = Monitor(false)
            let released = Monitor(false)
            server.service.state.withLock { state in
                state.before = {
                    isStuck.withLock { $0 = true }
                    _ = released.wait(until: Deadline()) { $0 ? true : nil }
                }
            }
            server.service.echoAtOnce()
            let call = Background { try server.client.execute("{}").status }
            #expect(isStuck.wait(until: Deadline()) { $0 ? true : nil } == true)
            let before = beats.withLock { $0 }
            // Fifty intervals.
            let more = beats.wait(until: Deadline(milliseconds: 50)) { $0 > before ? $0 : nil }
            #expect(more == nil)
            released.withLock { $0 = true }
            let status = try call.value()
            #expect(status == 200)
            let later = beats.wait(until: Deadline()) {
                $0 > before ? $0 : nil
            }
            #expect(later != nil)
        }
    }
}
