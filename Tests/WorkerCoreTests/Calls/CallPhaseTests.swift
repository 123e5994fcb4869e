import Testing
import WorkerCore

@Suite struct CallPhaseTests {
    private static let failure = CallFailure(.plugin, "broken")
    private static let unfinished = CallFailure(
        .misbehaviour, "the plugin returned without finishing the call")

    @Test(
        arguments: [
            (.done, .finish(unfinished)), (.pending, .wait), (.failed(failure), .finish(failure)),
        ] as [(CallPhase.Return, CallPhase.ReturnAction)])
    func `A return without finish is answered with what the plugin said`(
        status: CallPhase.Return, action: CallPhase.ReturnAction
    ) {
        var phase = CallPhase()
        let returned = phase.returned(status)
        #expect(returned == action)
        // A finish that comes late ends a pending call, and is refused otherwise, as is the next.
        let late = phase.finished()
        #expect(late == (action == .wait ? .deliverAndRelease : .refuse))
        let again = phase.finished()
        #expect(again == .refuse)
    }

    @Test(arguments: [.done, .pending, .failed(failure)] as [CallPhase.Return])
    func `After a finish the return only gives the slot free, whatever it says`(
        status: CallPhase.Return
    ) {
        var phase = CallPhase()
        let first = phase.finished()
        #expect(first == .deliver)
        let second = phase.finished()
        #expect(second == .refuse)
        let returned = phase.returned(status)
        #expect(returned == .release)
        let third = phase.finished()
        #expect(third == .refuse)
    }

    /// Counts over one order of events.
    private struct Tally: Equatable {
        var outcomes = 0
        var releases = 0
    }

    private static func tally(_ status: CallPhase.Return, finishes: Int, before: Int) -> Tally {
        var (phase, tally) = (CallPhase(), Tally())
        for event in 0...finishes {
            if event == before {
                switch phase.returned(status) {
                case .release: tally.releases += 1
                case .wait: break
                case .finish: tally = Tally(outcomes: tally.outcomes + 1, releases: 1)
                }
                continue
            }
            switch phase.finished() {
            case .deliver: tally.outcomes += 1
            case .deliverAndRelease: tally = Tally(outcomes: tally.outcomes + 1, releases: 1)
            case .refuse: break
            }
        }
        return tally
    }

    @Test(arguments: [.done, .pending, .failed(failure)] as [CallPhase.Return])
    func `In every order of events a call has one outcome and its slot is given free once`(
        status: CallPhase.Return
    ) {
        for finishes in 0...4 {
            for before in 0...finishes {
                let tally = Self.tally(status, finishes: finishes, before: before)
                let isOpen = status == .pending && finishes == 0
                #expect(tally == (isOpen ? Tally() : Tally(outcomes: 1, releases: 1)))
            }
        }
    }
}
