import Testing

@testable import WorkerOS

@Suite struct ProcessStatusTests {
    @Test(arguments: ["sleep", "a b", "x) R 1 (y", "))", "", "日本\n"])
    func `The name of the program may contain anything`(name: String) throws {
        let text =
            "42 (\(name)) S 7 42 42 0 -1 4194304 100 0 0 0 11 22 33 44 20 0 5 0 98765 1000 200\n"
        let status = try #require(ProcessStatus(Array(text.utf8)[...]))
        #expect(status.parent == 7)
        #expect(status.ticks == 110)
        #expect(status.threads == 5)
        #expect(status.start == 98_765)
    }

    @Test(arguments: [
        "", "42", "42 (a", "42 (a)", "42 (a) S 7 1 1",
        "42 (a) S 7 42 42 0 -1 4194304 100 0 0 0 11 22 33",
    ])
    func `A text cut short is no status`(text: String) {
        #expect(ProcessStatus(Array(text.utf8)[...]) == nil)
    }
}
