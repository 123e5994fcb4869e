import TestSupport
import Testing

@testable import WorkerHTTP

@Suite(.blocking) struct BodyBudgetTests {
    @Test func `What is reserved is at most the limit, and what is given back is there again`() {
        let budget = BodyBudget(limit: 10)
        #expect(budget.reserve(6))
        #expect(!budget.reserve(5))
        #expect(budget.reserve(4))
        #expect(!budget.reserve(1))
        #expect(budget.reserve(0))
        budget.release(4)
        #expect(!budget.reserve(5))
        #expect(budget.reserve(4))
    }

    @Test func `Many threads together leave it as it was`() throws {
        let budget = BodyBudget(limit: 100)
        let threads = (0..<4).map { thread in
            Background {
                for _ in 0..<10_000 where budget.reserve(30 + thread) {
                    budget.release(30 + thread)
                }
                return true
            }
        }
        for thread in threads { #expect(try thread.value()) }
        #expect(budget.reserve(100))
        #expect(!budget.reserve(1))
    }
}
