import Testing
import WorkerCore

@Suite struct CallFailureTests {
    private static let kinds: [CallKind] = [.execute, .stream, .initialize, .cleanup]

    @Test(
        arguments: [
            (.plugin, 500, 400), (.misbehaviour, 500, 500), (.fatal, 500, 500),
            (.invalidArgument, 400, 400), (.cancelled, 409, 409), (.unavailable, 503, 503),
            (.deadline, 504, 504), (.unsupported, 501, 501), (.outOfMemory, 503, 503),
        ] as [(CallFailure.Reason, UInt32, UInt32)])
    func `Each reason has its HTTP status`(
        reason: CallFailure.Reason, status: UInt32, ofInitialize: UInt32
    ) {
        let failure = CallFailure(reason, "why")
        for kind in Self.kinds {
            #expect(failure.status(for: kind) == (kind == .initialize ? ofInitialize : status))
        }
        #expect(failure.detail == "why")
    }

    @Test func `The table above leaves no reason out`() {
        #expect(CallFailure.Reason.allCases.count == 9)
    }

    @Test(
        arguments: [
            (.execute, .shared), (.stream, .shared), (.initialize, .exclusive),
            (.cleanup, .exclusiveNext),
        ] as [(CallKind, CallPlace)])
    func `Each kind of call has its place in the queue`(kind: CallKind, place: CallPlace) {
        #expect(kind.place == place)
    }

    @Test(arguments: ["x", "ü", "€", "😀"])
    func `A text of any length is cut to a bound, between characters`(character: Character) {
        let text = "a" + String(repeating: character, count: CallFailure.longestDetail)
        let detail = CallFailure(.plugin, text).detail
        #expect(detail.utf8.count <= CallFailure.longestDetail + 30)
        #expect(detail.hasPrefix("a\(character)"))
        #expect(detail.hasSuffix(" bytes more)"))
        #expect(!detail.contains("\u{fffd}"))
        let short = String(repeating: "x", count: CallFailure.longestDetail)
        #expect(CallFailure(.plugin, short).detail == short)
    }
}
