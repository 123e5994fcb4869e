/// One way to try a plugin out: a row of the table of checks.
struct Check: Sendable {
    /// What reports call it; it never changes.
    let name: String
    /// What it does, for people.
    let summary: String
    /// Why it is not for a plugin; nil if it is.
    let unfit: @Sendable (PluginFacts) -> String?
    /// Tries it out.
    let steps: @Sendable (CheckRun) -> Void

    init(
        _ name: String, _ summary: String,
        unless unfit: @escaping @Sendable (PluginFacts) -> String? = { _ in nil },
        _ steps: @escaping @Sendable (CheckRun) -> Void
    ) {
        self.name = name
        self.summary = summary
        self.unfit = unfit
        self.steps = steps
    }

    /// All checks, in the order in which they run, each in a worker of its own.
    static let all = [
        Check("load", "is made, and ends again") { _ in },
        Check("before-initialize", "calls, cancel and cleanup come first") {
            $0.beforeInitialize()
        },
        Check("initialize", "twice, and with nonsense") { $0.initializations() },
        Check("arguments", "none, odd and huge ones") { $0.arguments() },
        Check("cleanup", "twice, and calls after it") { $0.cleanups() },
        Check("streams", "read, left, and not read") { $0.streams() },
        Check("cancel", "before, in the middle of and after calls", unless: cannotStop) {
            $0.cancels()
        },
        Check("deadline", "calls that take too long", unless: cannotStop) { $0.deadlines() },
        Check("concurrency", "as many calls at once as it takes", unless: isSerial) {
            $0.callsAtOnce()
        },
        Check("endpoints", "its own, with and without a body", unless: hasNoEndpoints) {
            $0.endpoints()
        },
        Check("hooks", "each of them", unless: hasNoHooks) { $0.hooks() },
        Check("leaks", "descriptors, threads and processes of many rounds") { $0.leaks() },
        Check("end", "in the middle of a call", unless: cannotStop) { $0.endsInCall() },
    ]

    private static let cannotStop: @Sendable (PluginFacts) -> String? = {
        $0.isCancellable ? nil : "it declares no cancellation"
    }
    private static let isSerial: @Sendable (PluginFacts) -> String? = {
        $0.concurrency > 1 ? nil : "it takes one call at a time"
    }
    private static let hasNoEndpoints: @Sendable (PluginFacts) -> String? = {
        $0.endpoints.isEmpty ? "it has none" : nil
    }
    private static let hasNoHooks: @Sendable (PluginFacts) -> String? = {
        $0.hooks.isEmpty ? "it has none" : nil
    }
}
