internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// One check of a plugin in a worker of its own: what its steps use.
///
/// For one thread.
final class CheckRun {
    let facts: PluginFacts
    let worker: CheckedWorker
    private let options: PluginCheck
    private let name: String
    private let outOfTime: Moment
    /// How long it waits for the plugin; shorter once it has waited for it in vain.
    private(set) var patience: Patience
    private(set) var findings: [Finding] = []
    /// What could not be tried, and why.
    private(set) var notes: [String] = []
    /// The worker has done what nothing can follow: it is gone, or a call does not end.
    private(set) var isSpoilt = false
    /// Something did not end at all: neither will the worker.
    private(set) var isHung = false

    /// How long a call that was cancelled may run on without a finding.
    private static let soon = TimeSpan.seconds(1)

    init(
        _ name: String, _ facts: PluginFacts, _ worker: CheckedWorker, _ options: PluginCheck,
        _ patience: Patience
    ) {
        self.name = name
        self.facts = facts
        self.worker = worker
        self.options = options
        self.patience = patience
        outOfTime = .now() + options.timeout * 3
    }

    /// The body of a call that is to do real work.
    var body: String { options.call ?? "{}" }
    /// The configuration that is to be taken.
    var configuration: String { options.configuration ?? "{}" }
    var hasOwnBody: Bool { options.call != nil }

    /// Whether steps go on: not with a worker that is gone, and not for ever.
    var goesOn: Bool {
        if isSpoilt { return false }
        guard Moment.now() > outOfTime else { return true }
        note("not all of it was tried, for want of time (--timeout)")
        return false
    }

    func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }

    func find(_ rule: Rule, _ message: String) {
        guard !findings.contains(where: { $0.rule == rule }) else { return }
        findings.append(Finding(rule: rule, message: message, check: name))
    }

    // MARK: - Requests

    /// Sends a request that plugin code answers; nil where the worker is gone, or time is up.
    func start(_ request: Request) -> PendingAnswer? { goesOn ? send(request) : nil }

    private func send(_ request: Request) -> PendingAnswer? {
        guard !isSpoilt else { return nil }
        let pending = worker.ask(request, until: .now() + options.timeout)
        if pending == nil { isSpoilt = true }
        return pending
    }

    /// Sends a request that plugin code answers, and waits for its end; nil where there is none.
    @discardableResult
    func call(_ path: String, _ body: String, method: String = "POST") -> HTTPAnswer? {
        start(Request(method: method, path: path, body: body)).flatMap { end(of: $0, path) }
    }

    @discardableResult
    func initialize(_ configuration: String) -> HTTPAnswer? { call("/initialize", configuration) }

    /// Asks what the worker answers by itself.
    func ask(_ path: String, method: String = "GET") -> HTTPAnswer? {
        guard let pending = send(Request(method: method, path: path)) else { return nil }
        switch pending.wait(until: .now() + options.timeout) {
        case .answered(let answer): return answer
        case .broken: isSpoilt = true
        case .waiting:
            find(
                .answers,
                "\(method) \(path) had no answer after \(options.timeout.milliseconds) ms")
            hang()
        }
        return nil
    }

    /// Something does not end: nothing can follow, and the next check need not wait as long.
    private func hang() {
        (isSpoilt, isHung) = (true, true)
        patience.shorten()
    }

    /// Waits for the end of a call; has one stopped that takes too long.
    func end(of pending: PendingAnswer, _ path: String) -> HTTPAnswer? {
        let canStop = facts.isCancellable && path != "/initialize" && path != "/cleanup"
        let time = canStop ? patience.call : options.timeout
        switch pending.wait(until: .now() + time) {
        case .answered(let answer): return look(at: answer, of: path)
        case .broken: isSpoilt = true
        case .waiting where canStop:
            note("\(path) took longer than \(time.milliseconds) ms, and was cancelled")
            patience.call = min(patience.call, Patience.short)
            stop(pending, path)
        case .waiting:
            guard ask("/health") != nil else { return nil }
            find(
                .callEnds,
                "\(path) had not ended after \(time.milliseconds) ms (--timeout), and cannot be "
                    + "stopped")
            hang()
        }
        return nil
    }

    /// Cancels a call that runs, and waits for its end.
    func stop(_ pending: PendingAnswer, _ path: String) {
        let began = Moment.now()
        cancel("/\(pending.id)")
        guard !isSpoilt else { return }
        switch pending.wait(until: began + patience.stop) {
        case .broken: isSpoilt = true
        case .waiting:
            find(
                .stops,
                "\(path) had not ended \((Moment.now() - began).milliseconds) ms after its cancellation"
            )
            hang()
        case .answered(let answer):
            _ = look(at: answer, of: path)
            let time = Moment.now() - began
            if time > Self.soon {
                find(.stopsSoon, "\(path) ended \(time.milliseconds) ms after its cancellation")
            }
        }
    }

    /// Posts to /cancel, and looks at how the plugin's `cancel` takes it.
    @discardableResult
    func cancel(_ id: String = "") -> HTTPAnswer? {
        let began = Moment.now()
        guard let answer = ask("/cancel\(id)", method: "POST") else { return nil }
        let time = Moment.now() - began
        // The worker waits for a second.
        if time > .milliseconds(900) {
            find(.cancelReturns, "cancel had not returned after \(time.milliseconds) ms")
        }
        if JSONMembers(answer.body)?.string("status") == "error" {
            find(.cancelWorks, "cancel failed: \(answer.detail ?? "")")
        }
        return answer
    }

    /// Waits until no call runs; false where one still does.
    func awaitIdle() -> Bool {
        let deadline = Moment.now() + patience.stop
        while !isSpoilt {
            guard let health = ask("/health").flatMap({ JSONMembers($0.body) }) else { return true }
            if health.number("calls_running") == 0, health.number("calls_queued") == 0 {
                return true
            }
            guard Moment.now() < deadline else {
                hang()
                return false
            }
            pause(.milliseconds(5))
        }
        return true
    }

    /// Waits until a call runs; false where it ends before.
    func isRunning(_ pending: PendingAnswer) -> Bool {
        for _ in 0..<200 where !isSpoilt {
            guard case .waiting = pending.wait(until: .zero), let calls = ask("/calls")?.body else {
                return false
            }
            if isShown(pending.id, in: calls) { return true }
            pause(.milliseconds(1))
        }
        return false
    }

    private func isShown(_ id: String, in calls: String) -> Bool {
        guard let name = calls.firstRange(of: "\"id\":\"\(id)\"") else { return false }
        return calls[name.upperBound...].prefix { $0 != "}" }.contains("\"state\":\"running\"")
    }

    // MARK: - Answers

    /// What Python says of values that JSON cannot hold.
    private static let unfit = [
        "is not JSON serializable", "Circular reference detected", "keys must be str, int",
    ]

    private func look(at answer: HTTPAnswer, of path: String) -> HTTPAnswer {
        if answer.body.contains("\u{FFFD}") {
            find(.utf8, "\(path) is answered with bytes that are no UTF-8: \(answer.body.excerpt)")
        }
        if facts.isPython, answer.status == 500 || path == "/execute_stream",
            Self.unfit.contains(where: { answer.body.contains($0) })
        {
            find(.jsonResult, "\(path): \(answer.body.excerpt)")
        }
        return answer
    }
}

/// How long a check waits for plugin code.
struct Patience {
    /// For a call, before it is cancelled.
    var call: TimeSpan
    /// For the end of one that was cancelled: after 5 s a worker says that it is wedged.
    private(set) var stop: TimeSpan

    /// For a call of a plugin whose calls take long.
    static let short = TimeSpan.milliseconds(300)

    init(timeout: TimeSpan) {
        call = timeout
        stop = min(.seconds(5), timeout * 2)
    }

    /// What was waited for in vain once need not be waited for as long again.
    mutating func shorten() {
        call = min(call, Self.short)
        stop = min(stop, .seconds(1))
    }
}

extension String {
    /// Its beginning, on one line.
    var excerpt: String { OneLine.text(self, limit: 200) }
}
