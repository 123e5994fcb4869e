import TestSupport
import Testing
import WorkerThreads

@Suite(.blocking) struct BudgetTests {
    @Test func `What is taken is at most the limit, and what is given back is there again`() {
        let budget = Budget(limit: 16)
        let one = Held(of: budget)
        let other = Held(of: budget)
        #expect(one.take(10, isSmall: true))
        #expect(!other.take(7, isSmall: true))
        #expect(other.take(6, isSmall: true))
        #expect(!other.take(1, isSmall: true) && other.take(0, isSmall: true))
        one.remove(4)
        #expect(!other.take(5, isSmall: true) && other.take(4, isSmall: true))
        other.giveBack()
        #expect(one.take(10, isSmall: true) && one.count == 16)
    }

    @Test func `The last sixteenth is for small bodies`() {
        let budget = Budget(limit: 32 * Budget.smallBody)
        let (small, large) = (Budget.smallBody, 15 * Budget.smallBody)
        let one = Held(of: budget)
        #expect(one.take(large, isSmall: false) && budget.hasRoom(for: large))
        #expect(one.take(large, isSmall: false) && !one.take(1, isSmall: false))
        #expect(!budget.hasRoom(for: small + 1) && budget.hasRoom(for: small))
        #expect(one.take(2 * small, isSmall: true) && !one.take(1, isSmall: true))
        #expect(!budget.hasRoom(for: 1) && budget.hasRoom(for: 0))
    }

    @Test func `What plugins hand in counts beyond the limit, and goes with its holder`() {
        let budget = Budget(limit: 10)
        do {
            let body = Held(of: budget)
            #expect(body.take(10, isSmall: true) && !budget.isFull)
            let result = Held(of: budget, 5)
            result.add(5)
            #expect(budget.isFull && !body.take(1, isSmall: true))
            #expect(result.count == 10)
        }
        #expect(!budget.isFull && budget.hasRoom(for: 10))
        #expect(Held(of: budget).take(10, isSmall: true))
    }

    @Test func `Many threads together leave it as it was`() throws {
        let budget = Budget(limit: 100)
        let threads = (0..<4).map { thread in
            Background {
                for _ in 0..<10_000 {
                    let held = Held(of: budget)
                    _ = held.take(30 + thread, isSmall: true)
                }
                return true
            }
        }
        for thread in threads { #expect(try thread.value()) }
        let all = Held(of: budget)
        #expect(all.take(100, isSmall: true) && !all.take(1, isSmall: true))
    }
}

/// A holding that `#expect` can look at.
private final class Held: Sendable {
    private let holding: Holding

    init(of budget: Budget, _ count: Int = 0) { holding = Holding(of: budget, count) }

    var count: Int { holding.count }
    func take(_ count: Int, isSmall: Bool) -> Bool { holding.take(count, isSmall: isSmall) }
    func add(_ count: Int) { holding.add(count) }
    func remove(_ count: Int) { holding.remove(count) }
    func giveBack() { holding.giveBack() }
}
