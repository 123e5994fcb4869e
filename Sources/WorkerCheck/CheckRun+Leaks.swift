internal import WorkerCore
internal import WorkerOS
internal import WorkerThreads

/// The check of what a plugin holds.
extension CheckRun {
    private static let rounds = 6
    /// What grows by as much in each of two stretches of rounds leaks; what is made once does not.
    private static let growth = 4

    func leaks() {
        // Pools of threads, files of a library and the like come with the first calls.
        for _ in 0..<4 where goesOn { round() }
        var uses = [settledUse()]
        for _ in 0..<2 {
            for _ in 0..<Self.rounds where goesOn { round() }
            uses.append(settledUse())
        }
        guard goesOn else { return }
        let grown = { (count: (TreeUse) -> Int) in
            zip(uses, uses.dropFirst()).allSatisfy { count($1) - count($0) >= Self.growth }
        }
        let named = { (names: (TreeUse) -> [String: Int]) in
            names(uses[2]).filter { $1 >= names(uses[0])[$0, default: 0] + 2 * Self.growth }
                .map(\.key).sorted().joined(separator: ", ")
        }
        // A process more has threads and descriptors of its own.
        if grown({ $0.processes.values.reduce(0, +) }) {
            find(.processes, leaked("processes", named(\.processes)))
            return
        }
        if grown(\.threads) { find(.threads, leaked("threads", "")) }
        if grown({ $0.descriptors.values.reduce(0, +) }) {
            find(.descriptors, leaked("descriptors", named(\.descriptors)))
        }
    }

    private func leaked(_ what: String, _ names: String) -> String {
        "the more rounds of initialize, calls and cleanup there are, the more \(what) are left"
            + (names.isEmpty ? "" : ": \(names)")
    }

    private func round() {
        initialize(configuration)
        call("/execute", body)
        call("/execute_stream", body)
        if facts.hasStream, let left = start(Request(path: "/execute_stream", body: body)) {
            _ = left.waitForLine(until: .now() + .milliseconds(100))
            left.leave()
            expectStreamEnds()
        }
        cleanUp()
    }

    /// What is held once it does not change any more, or after a second.
    private func settledUse() -> TreeUse {
        var use = worker.use
        for _ in 0..<20 {
            pause(.milliseconds(50))
            let next = worker.use
            if next == use { return use }
            use = next
        }
        return use
    }
}
