import Testing

@testable import WorkerOS

@Suite struct DescendantStatusTests {
    private static func status(_ state: Character, session: Int, threads: Int) -> ProcessStatus? {
        let text =
            "42 (a b) \(state) 7 41 \(session) 0 -1 4194304 100 0 0 0 11 22 33 44 20 0 "
            + "\(threads) 0 98765 1000 200\n"
        return ProcessStatus(Array(text.utf8)[...])
    }

    @Test(arguments: [0, 40, 42])
    func `The session is read`(session: Int) throws {
        #expect(try #require(Self.status("S", session: session, threads: 1)).session == session)
    }

    @Test func `A process that is being reaped has no session, and the rest is read`() throws {
        let status = try #require(Self.status("X", session: -1, threads: 0))
        #expect(status.session == 0 && status.isGone)
        #expect(status.ticks == 110 && status.start == 98_765)
    }

    @Test(arguments: [("S", 1, false), ("T", 1, false), ("Z", 1, true), ("Z", 0, true)])
    func `A zombie runs no more`(state: String, threads: Int, isGone: Bool) throws {
        let letter = try #require(state.first)
        #expect(
            try #require(Self.status(letter, session: 1, threads: threads)).isGone == isGone)
    }

    @Test func `A process whose main thread has ended runs on in its other threads`() throws {
        #expect(try !#require(Self.status("Z", session: 1, threads: 2)).isGone)
    }
}
