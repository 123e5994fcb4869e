import Testing
import WorkerCore

struct TurnAllowanceTests {
    @Test func `A turn does as much as it may, and what is too much for it leaves the rest`() {
        var allowance = TurnAllowance(100)
        let answers = [60, 41, 40, 1, 0].map { allowance.admit($0) }
        #expect(answers == [true, false, true, false, true])
    }

    @Test func `Each turn has all of it again`() {
        var allowance = TurnAllowance(10)
        let first = allowance.admit(10)
        allowance.begin()
        let answers = [first, allowance.admit(10), allowance.admit(1)]
        #expect(answers == [true, true, false])
    }
}
