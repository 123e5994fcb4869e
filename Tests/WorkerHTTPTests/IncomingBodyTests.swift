import TestSupport
import Testing
import WorkerJSON
import WorkerThreads

@testable import WorkerHTTP

@Suite(.blocking) struct IncomingBodyTests {
    private static let kib = 1 << 10
    private static let far = 256 << 10

    /// A body, what it holds of a budget, and what came of it so far.
    private final class Upload {
        private var body: IncomingBody
        private let budget: Budget
        private let held: Holding

        init(limit: Int, isWanted: Bool = true, budget: Int = .max) {
            self.budget = Budget(limit: budget)
            held = Holding(of: self.budget)
            body = IncomingBody(limit: limit, isWanted: isWanted)
        }

        var problem: IncomingBody.Problem? { body.problem }
        var received: Int { body.received }
        var kept: Int { body.bytes.count }
        var holds: Int { held.count }
        var capacity: Int { body.bytes.capacity }

        func declare(_ length: Int) -> IncomingBody.Action { body.declare(length, in: budget) }

        func receive(_ count: Int) -> IncomingBody.Action {
            let part = [UInt8](repeating: 32, count: count)
            return unsafe part.withUnsafeBytes { unsafe body.receive($0, held: held) }
        }

        func leaves(_ count: Int) -> Bool { body.leaves(count) }

        func take() -> Int { body.take().count }
    }

    @Test func `Parts gather to the body, which is given away once`() {
        let upload = Upload(limit: 100)
        #expect([30, 70].map { upload.receive($0) } == [.goOn, .goOn])
        #expect(upload.problem == nil && upload.holds == 100)
        #expect(upload.take() == 100 && upload.take() == 0 && upload.received == 100)
    }

    @Test func `A body that is not wanted is counted, and neither kept nor held`() {
        let upload = Upload(limit: 100, isWanted: false, budget: 10)
        #expect([upload.declare(90), upload.receive(90)] == [.goOn, .goOn])
        #expect(upload.problem == nil && upload.received == 90)
        #expect(upload.kept == 0 && upload.holds == 0)
    }

    @Test func `Room is made for a known length, and not beyond it`() {
        let upload = Upload(limit: 10 << 20)
        #expect(upload.declare(300 * Self.kib) == .goOn)
        #expect(upload.capacity >= Self.far && upload.capacity < 300 * Self.kib)
        for _ in 0..<3 { #expect(upload.receive(100 * Self.kib) == .goOn) }
        #expect(upload.kept == 300 * Self.kib && upload.capacity < 301 * Self.kib)
    }

    @Test func `A long body's first part is left until it does not grow, and no part behind it`() {
        let upload = Upload(limit: 10 << 20)
        #expect(upload.declare(1024 * Self.kib) == .goOn)
        #expect([1, 6_000, 6_128, 11_000].map { upload.leaves($0) } == [true, true, true, true])
        #expect(!upload.leaves(11_000) && upload.receive(11_000) == .goOn)
        #expect(!upload.leaves(10_999) && !upload.leaves(11_000))
    }

    @Test func `The last part of a long body is not left`() {
        let upload = Upload(limit: 10 << 20)
        #expect(upload.declare(1024 * Self.kib) == .goOn)
        #expect(upload.receive(1000 * Self.kib) == .goOn)
        #expect(upload.leaves(24 * Self.kib - 1) && !upload.leaves(24 * Self.kib))
    }

    @Test func `Nothing is left of a body that is short, unknown, unwanted or refused`() {
        let short = Upload(limit: 10 << 20)
        #expect(short.declare(1024 * Self.kib - 1) == .goOn && !short.leaves(6_000))
        #expect(!Upload(limit: 10 << 20).leaves(6_000))
        let unwanted = Upload(limit: 10 << 20, isWanted: false)
        #expect(unwanted.declare(1024 * Self.kib) == .goOn && !unwanted.leaves(6_000))
        let refused = Upload(limit: 10 << 20, budget: 1_000)
        #expect(refused.declare(1024 * Self.kib) == .goOn && !refused.leaves(6_000))
    }

    @Test func `A length that no budget is left for is a problem at once`() {
        let upload = Upload(limit: 1_000, budget: 100)
        #expect(upload.declare(101) == .goOn && upload.problem == .noBudget)
    }

    @Test func `A body that grows out of the budget is dropped, and read on`() {
        let upload = Upload(limit: 1_000, budget: 100)
        #expect([60, 60, 60].map { upload.receive($0) } == [.goOn, .goOn, .goOn])
        #expect(upload.problem == .noBudget && upload.received == 180)
        #expect(upload.kept == 0 && upload.holds == 0)
    }

    @Test func `A small overrun is read to its end, without being kept`() {
        let upload = Upload(limit: 100)
        #expect([100, 1, Self.far - 1].map { upload.receive($0) } == [.goOn, .goOn, .goOn])
        #expect(upload.problem == .tooLarge && upload.kept == 0 && upload.holds == 0)
    }

    @Test func `A large overrun is told once, and ends the connection in the end`() {
        let limit = 3 * Self.far
        let upload = Upload(limit: limit)
        let actions = [limit, Self.far, 1, limit - Self.far - 1, 1].map { upload.receive($0) }
        #expect(actions == [.goOn, .goOn, .tell, .goOn, .close])
        #expect(upload.problem == .tooLargeAndTold)
    }

    @Test func `Under a small limit what is told is closed as well`() {
        let upload = Upload(limit: 100)
        #expect(upload.receive(101 + Self.far) == .tellAndClose)
    }

    @Test(arguments: [(101, IncomingBody.Action.goOn), (101 + far, .tell)])
    func `A length over the limit is told at once if it is far over`(
        length: Int, action: IncomingBody.Action
    ) {
        let upload = Upload(limit: 100)
        #expect(upload.declare(length) == action)
        #expect(upload.problem == (action == .tell ? .tooLargeAndTold : .tooLarge))
        // It has been told, or will be in the answer: not again.
        #expect(upload.receive(101) == .goOn)
    }
}
