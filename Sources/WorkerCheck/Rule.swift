/// A rule that a plugin may break: the one table of what can be found.
///
/// The raw value is what reports call it; it never changes.
enum Rule: String, CaseIterable, Sendable {
    case finishOnce = "finish-once"
    case staleCall = "stale-call"
    case staleReply = "stale-reply"
    case wrongCall = "wrong-call"
    case validData = "valid-data"
    case finishesCall = "finishes-call"
    case knownStatus = "known-status"
    case noException = "no-exception"
    case keepsThread = "keeps-thread"
    case callEnds = "call-ends"
    case stops = "stops"
    case stopsSoon = "stops-soon"
    case cancelReturns = "cancel-returns"
    case cancelWorks = "cancel-works"
    case streamEnds = "stream-ends"
    case initializeAgain = "initialize-again"
    case refusalChangesNothing = "refusal-changes-nothing"
    case cleansUp = "cleans-up"
    case utf8 = "utf-8"
    case jsonResult = "json-result"
    case finiteNumbers = "finite-numbers"
    case sameAnswers = "same-answers"
    case descriptors = "descriptors"
    case threads = "threads"
    case processes = "processes"
    case noCrash = "no-crash"
    case leavesProcess = "leaves-process"
    case leavesDescriptors = "leaves-descriptors"
    case notBroken = "not-broken"
    case endsInTime = "ends-in-time"
    case answers = "answers"
    case noErrors = "no-errors"
    case noWarnings = "no-warnings"

    /// How grave it is to break it.
    var severity: Severity {
        switch self {
        case .staleCall, .staleReply, .wrongCall, .stopsSoon, .cancelWorks, .utf8, .finiteNumbers,
            .noWarnings:
            .warning
        default: .error
        }
    }

    /// The rule in a sentence, and where the guides for libraries and for Python tell of it.
    var text: (sentence: String, guide: String, pythonGuide: String) {
        switch self {
        case .finishOnce:
            abi("A call is ended exactly once, by finish or answer.", "calls")
        case .staleCall:
            abi("Nothing is emitted or reported for a call that has ended.", "calls")
        case .staleReply: abi("A reply is left before its function returns.", "calls")
        case .wrongCall:
            abi(
                "emit is for execute_stream, answer for execute and endpoints, and each metric for "
                    + "what is of its kind.", "streams-and-backpressure")
        case .validData:
            abi(
                "What is handed to the worker is JSON or UTF-8 as the function asks for it.",
                "reading-and-writing-json")
        case .finishesCall:
            abi(
                "A function that returns UW_OK has finished its call; UW_PENDING says that it will.",
                "calls")
        case .knownStatus: abi("A function answers the statuses that it may.", "in-detail")
        case .noException: abi("No exception leaves a function.", "in-detail")
        case .keepsThread:
            abi("A function ends no thread of the worker's.", "mistakes-and-what-comes-of-them")
        case .callEnds: both("Every call ends.", "calls", "stopping")
        case .stops: both("A call that is cancelled ends.", "cancellation", "stopping")
        case .stopsSoon:
            both("A call that is cancelled ends within a second.", "cancellation", "stopping")
        case .cancelReturns:
            both("cancel only asks, and returns at once.", "cancellation", "stopping")
        case .cancelWorks: both("cancel does not fail.", "cancellation", "stopping")
        case .streamEnds:
            both(
                "A stream ends when its client wants no more.", "streams-and-backpressure",
                "stopping")
        case .initializeAgain:
            both(
                "A configuration that was taken is taken again.", "life-cycle-and-threads",
                "a-whole-plugin")
        case .refusalChangesNothing:
            both(
                "When initialize fails, the former configuration stays in force.",
                "progress-log-configuration", "a-whole-plugin")
        case .cleansUp:
            both(
                "cleanup lets go, also twice and before initialize.", "life-cycle-and-threads",
                "a-whole-plugin")
        case .utf8: both("Messages are UTF-8.", "in-detail", "what-is-as-with-the-original-worker")
        case .jsonResult:
            both(
                "Results are what JSON can hold.", "reading-and-writing-json",
                "what-is-as-with-the-original-worker")
        case .finiteNumbers:
            both(
                "Numbers are finite.", "reading-and-writing-json",
                "what-is-as-with-the-original-worker")
        case .sameAnswers:
            both(
                "Calls that run at once do not disturb each other.", "life-cycle-and-threads",
                "several-calls-at-once")
        case .descriptors:
            both("What is opened is closed again.", "life-cycle-and-threads", "when-it-dies")
        case .threads:
            both("cleanup joins the plugin's threads.", "life-cycle-and-threads", "when-it-dies")
        case .processes:
            both(
                "What is started is ended and waited for.", "mistakes-and-what-comes-of-them",
                "what-is-as-with-the-original-worker")
        case .noCrash:
            both(
                "Nothing that a client does ends the plugin's process by a signal.",
                "mistakes-and-what-comes-of-them", "when-it-dies")
        case .leavesProcess:
            both(
                "A plugin does not end the process.", "mistakes-and-what-comes-of-them",
                "when-it-dies")
        case .leavesDescriptors:
            both(
                "A plugin leaves the worker's descriptors alone.",
                "mistakes-and-what-comes-of-them", "when-it-dies")
        case .notBroken: both("A plugin is not broken for good.", "statuses", "when-it-dies")
        case .endsInTime:
            (
                "The plugin is gone within the time that the end of the worker may take.",
                "lifetime.md#the-order-of-the-end", "lifetime.md#the-order-of-the-end"
            )
        case .answers:
            (
                "The worker answers whatever the plugin does.",
                "lifetime.md#what-plugin-code-can-delay-and-what-not",
                "lifetime.md#what-plugin-code-can-delay-and-what-not"
            )
        case .noErrors, .noWarnings:
            (
                "The worker has nothing to complain of.",
                "logging.md#other-lines-about-the-plugin",
                "logging.md#other-lines-about-the-plugin"
            )
        }
    }

    private func abi(_ sentence: String, _ section: String) -> (String, String, String) {
        both(sentence, section, "what-is-as-with-the-original-worker")
    }

    private func both(
        _ sentence: String, _ section: String, _ python: String
    ) -> (String, String, String) {
        (sentence, "plugin-abi.md#\(section)", "python.md#\(python)")
    }
}

/// How grave a finding is.
enum Severity: String, Sendable {
    case error
    case warning
}

/// A rule that was seen broken.
struct Finding: Equatable, Sendable {
    let rule: Rule
    /// What has happened.
    let message: String
    /// The check in which it was seen first.
    let check: String
}
