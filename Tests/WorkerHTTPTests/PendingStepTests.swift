import TestSupport
import Testing

@testable import WorkerHTTP

/// What the plugin's side and the HTTP thread leave for each other, without a thread.
@Suite(.blocking) struct PendingStepTests {
    /// A pending step, with the names of what is left and taken.
    private final class Play {
        private var pending = PendingStep()

        /// Leaves the end of the connection; whether that was taken, and wakes the HTTP thread.
        func drop() -> (isTaken: Bool, wakes: Bool) { leave(.drop) }

        /// Leaves the header block of a stream, likewise.
        func stream() -> (isTaken: Bool, wakes: Bool) { leave(.stream) }

        private func leave(_ step: consuming NextStep) -> (isTaken: Bool, wakes: Bool) {
            var step = Optional(step)
            let wakes = pending.leave(&step)
            return (step == nil, wakes)
        }

        func take() -> String? {
            switch pending.take() {
            case .reply?: "reply"
            case .stream?: "stream"
            case .drop?: "drop"
            case nil: nil
            }
        }
    }

    @Test func `A step that is there before it is looked for wakes nothing`() {
        let play = Play()
        #expect(play.stream() == (true, false))
        #expect(play.take() == "stream")
    }

    @Test func `A step that is waited for wakes the HTTP thread, once`() {
        let play = Play()
        #expect(play.take() == nil)
        #expect(play.stream() == (true, true))
        #expect(play.drop() == (false, false))
        #expect(play.take() == "stream")
    }

    @Test func `The first step decides, and another may come once that is taken`() {
        let play = Play()
        #expect(play.drop() == (true, false))
        #expect(play.stream() == (false, false))
        #expect(play.take() == "drop")
        #expect(play.stream() == (true, false))
    }
}
