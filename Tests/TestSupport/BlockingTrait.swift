import Glibc
public import Testing

/// Keeps tests that block from holding each other up.
///
/// swift-testing starts all tests at once, on as many threads as there are processors, and expects
/// them not to block. Ours do: they wait for processes, sockets and plugins. So each of them runs on
/// a thread of its own; the tests of a suite run one after the other, eight suites at a time. What
/// waits for its place holds no thread, and has not started: the time that a test is said to have
/// taken is its own.
public struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
    /// How many suites run at once: enough to hide their waits, and few enough for two processors.
    private static let places = Places(8)
    /// What no test takes, however busy the machine is.
    private static let limit = Duration.seconds(600)

    @TaskLocal private static var holdsPlace = false

    /// Holds for the suites and tests within as well.
    public var isRecursive: Bool { true }

    /// Provides a scope for suites, for their tests, and for the cases of these.
    public func scopeProvider(for test: Test, testCase: Test.Case?) -> BlockingTrait? { self }

    /// Waits for a place with the outermost suite, and runs each case on a thread.
    @concurrent
    public func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase == nil else { return try await runOnThread(function) }
        if Self.holdsPlace { return try await function() }
        await Self.places.take()
        defer { Self.places.giveBack() }
        try await Self.$holdsPlace.withValue(true) {
            try await ParallelizationTrait.serialized.provideScope(
                for: test, testCase: testCase, performing: function)
        }
    }

    private func runOnThread(
        _ function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let thread = ThreadExecutor()
        defer { thread.end() }
        try await withoutActuallyEscaping(function) { function in
            try await withThrowingTaskGroup { group in
                group.addTask(executorPreference: thread) { try await function() }
                group.addTask {
                    try await Task.sleep(for: Self.limit)
                    Issue.record("takes longer than \(Self.limit)")
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }
}

extension Trait where Self == BlockingTrait {
    /// For each suite whose tests wait for something.
    public static var blocking: Self { BlockingTrait() }
}

/// A count of places; tasks that find none wait in order, without a thread.
private final class Places: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Monitor<State>

    init(_ count: Int) { state = Monitor(State(free: count)) }

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free == 0 {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack() {
        let next = state.withLock { state in
            if state.waiting.isEmpty {
                state.free += 1
                return nil as CheckedContinuation<Void, Never>?
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}

/// A thread that runs the jobs of one task, until it is ended.
private final class ThreadExecutor: TaskExecutor {
    private let state = Monitor((jobs: [UnownedJob](), isOver: false))

    init() {
        startThread { [self] in
            while let job = next() { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    func end() { state.withLock { $0.isOver = true } }

    private func next() -> UnownedJob? {
        state.wait(until: .never) { state in
            guard state.jobs.isEmpty else { return .some(state.jobs.removeFirst()) }
            return state.isOver ? .some(nil) : nil
        } ?? nil
    }
}
