internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// What the runner tells over control, and what becomes of it.
final class RunnerBridge: RunnerProcess.Listener {
    /// What the plugin says of itself once it has been made.
    struct Introduction: Sendable {
        let name: PluginLabel
        let version: PluginLabel
        /// The methods that it has.
        let abilities: [String]
        /// Its own endpoints, those of its hooks last.
        let endpoints: [PluginEndpoint]
        /// Whether calls are to bring a line about their requests, and which headers that has.
        let wantsContext: Bool
        let headerNames: [String]
        let hello: Hello
    }

    /// What is known before the plugin has been made.
    struct Hello: Sendable {
        /// How many lanes are for calls: so many run at once.
        var calls = 1
        /// How many more are for what runs beside calls.
        var beside = 0
        /// Whether calls bring the whole body of their requests.
        var wantsWhole = false
        /// Whether it can be asked what bodies requests have.
        var tellsSchemas = false
        /// What the worker's own answers say from then on.
        var greeting = Greeting()
    }

    /// What a stop has achieved.
    struct StopAnswer: Sendable {
        let flags: UInt8
        let text: String

        /// For calls whose process is gone.
        static let none = StopAnswer(flags: 0, text: "")
    }

    private struct StopKey: Hashable {
        let lane: UInt16
        let call: UInt64
    }

    private struct State {
        var stops: [StopKey: [Handover<StopAnswer>]] = [:]
        /// The plugin has been made, or the runner has said why not.
        var isIntroduced = false
        /// Who hears of a death; there is none before the plugin serves, and none when it is to end.
        var onDeath: (@Sendable () -> Void)?
        /// Why the worker kills it.
        var reason: String?
        var end: ProcessEnd?
        /// `onDeath` has heard of the end too.
        var isEndTold = false
        var waiters: [Semaphore] = []
        var progress = ProgressReport.none
        /// What the runner says before it imports anything of the plugin's; nil until then.
        var hello: Hello?
        /// Further members of /stats, each behind a comma.
        var stats = ""
    }

    /// Is told what the runner says first.
    private let greeted: @Sendable (Greeting) -> Void
    private let state = Mutex(State())
    /// What the plugin shows in /health.
    let facts = PluginFacts()
    /// Its own metrics.
    let metrics = PluginMetrics()
    /// The number of the last state that the plugin has shown; written under the lock.
    private let stateNumber = Atomic<UInt64>(0)
    private let opened = Handover<Result<Introduction, LoadFailure>>()

    init(greeted: @escaping @Sendable (Greeting) -> Void = { _ in }) { self.greeted = greeted }

    /// Waits until the plugin has been made, or not.
    func introduction() throws(LoadFailure) -> Introduction { try opened.take().get() }

    /// What the plugin's attributes said last; also between calls.
    var progress: ProgressReport { state.withLock { $0.progress } }

    /// The number of the last state that the plugin has shown; later ones count.
    var shown: UInt64 { stateNumber.load(ordering: .relaxed) }

    /// What the attributes have said since a state; nothing, if they have not changed.
    func progress(since number: UInt64) -> ProgressReport {
        state.withLock { shown > number ? $0.progress : .none }
    }

    /// Further members of /stats, each behind a comma, as the plugin has said last.
    var stats: String { state.withLock { $0.stats } }

    /// Whether the interpreter has got as far as the runner.
    var hasGreeted: Bool { state.withLock { $0.hello != nil } }

    /// How the process has ended, if it has, and why the worker has ended it, if it has.
    var end: (end: ProcessEnd, reason: String?)? {
        state.withLock { state in state.end.map { ($0, state.reason) } }
    }

    /// From now on an end is a death, which `onDeath` hears of on the bridge's thread.
    ///
    /// - Returns: false where it has ended already.
    func serve(onDeath: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            state.onDeath = onDeath
            return state.end == nil
        }
    }

    /// The process is about to be told to end: that is no death.
    func willQuit() { state.withLock { $0.onDeath = nil } }

    /// The process is about to be killed; the first reason counts.
    func willBeKilled(_ reason: String) {
        state.withLock { $0.reason = $0.reason ?? reason }
    }

    /// Waits until a moment for the end of the process, and until `onDeath` has heard of it; any other thread.
    ///
    /// - Returns: whether it has ended, and that is told.
    @discardableResult
    func waitForEnd(until deadline: Moment) -> Bool {
        let hasEnded = Semaphore()
        let mustWait = state.withLock { state in
            guard !state.isEndTold else { return false }
            state.waiters.append(hasEnded)
            return true
        }
        return !mustWait || hasEnded.wait(until: deadline)
    }

    /// Registers for the answer to a stop that is about to be sent.
    func expectAnswer(lane: Int, call: UInt64) -> Handover<StopAnswer> {
        let answer = Handover<StopAnswer>()
        let key = StopKey(lane: UInt16(lane), call: call)
        let hasEnded = state.withLock { state in
            if state.end == nil { state.stops[key, default: []].append(answer) }
            return state.end != nil
        }
        if hasEnded { answer.give(.none) }
        return answer
    }

    // MARK: - RunnerProcess.Listener

    func received(_ head: FrameHead, _ payload: UnsafeRawBufferPointer) {
        switch FrameKind(rawValue: head.kind) {
        case .hello: unsafe greet(payload)
        case .opened: unsafe open(payload)
        case .failed:
            state.withLock { $0.isIntroduced = true }
            opened.give(.failure(.python(unsafe repairedString(payload))))
        case .state: unsafe report(head, payload)
        case .metrics: unsafe metrics.take(payload)
        case .stopped: unsafe stopped(head, payload)
        default: break  // what a later runner may say
        }
    }

    func ended(_ end: ProcessEnd) {
        let (isIntroduced, onDeath, stops) = state.withLock { state in
            state.end = end
            return (
                state.isIntroduced, exchange(&state.onDeath, nil), exchange(&state.stops, [:])
            )
        }
        for answer in stops.values.joined() { answer.give(.none) }
        if !isIntroduced { opened.give(.failure(.died(end))) }
        onDeath?()
        let waiters = state.withLock { state in
            state.isEndTold = true
            return exchange(&state.waiters, [])
        }
        for waiter in waiters { waiter.signal() }
    }

    private func greet(_ payload: UnsafeRawBufferPointer) {
        guard let members = unsafe JSONMembers(payload) else { return }
        func count(_ key: String) -> Int {
            members.number(key).flatMap { UInt16(exactly: $0) }.map(Int.init) ?? 0
        }
        let hello = Hello(
            calls: max(1, count("calls")), beside: count("beside"),
            wantsWhole: Self.isTrue("whole", in: members),
            tellsSchemas: Self.isTrue("schemas", in: members),
            greeting: Greeting(
                health: members.object("health")?.further ?? "",
                stats: members.object("stats")?.further ?? "",
                hasHooks: Self.isTrue("hooks", in: members)))
        state.withLock { $0.hello = hello }
        greeted(hello.greeting)
    }

    private static func isTrue(_ key: String, in members: JSONMembers?) -> Bool {
        members?.json(key)?.elementsEqual("true".utf8) ?? false
    }

    private func open(_ payload: UnsafeRawBufferPointer) {
        let hello = state.withLock { state in
            state.isIntroduced = true
            return state.hello ?? Hello()
        }
        let about = unsafe JSONMembers(payload)
        func label(_ key: String) -> PluginLabel {
            if let string = about?.string(key) { return .text(string) }
            guard let json = about?.json(key) else { return .text("unknown") }
            return .json(String(decoding: json, as: UTF8.self))
        }
        do throws(EndpointError) {
            let endpoints = try PluginEndpoint.table(
                about?.rows("endpoints") ?? [], hooks: about?.json("hooks") != nil
            ).map { hello.beside == 0 ? $0.asCall : $0 }
            opened.give(
                .success(
                    Introduction(
                        name: label("name"), version: label("version"),
                        abilities: about?.strings("can") ?? [], endpoints: endpoints,
                        wantsContext: Self.isTrue("context", in: about),
                        headerNames: try HeaderField.wanted(about?.strings("headers") ?? []),
                        hello: hello)))
        } catch {
            opened.give(.failure(.invalidTable(error.description)))
        }
    }

    /// Takes in what the plugin shows of itself; also from a lane, on its executor.
    func report(_ head: FrameHead, _ payload: UnsafeRawBufferPointer) {
        guard let members = unsafe JSONMembers(payload) else { return }
        guard head.call > shown else { return }
        showFacts(members)
        let stats = members.object("stats")?.further
        var report: ProgressReport?
        if let object = members.json("progress"), let progress = members.object("progress") {
            report = ProgressReport(
                showing: String(decoding: object, as: UTF8.self),
                fraction: progress.number("progress"), message: progress.string("message"))
        }
        let former = state.withLock { state -> (ProgressReport?, String?) in
            // They come by two ways: the newest counts.
            guard head.call > shown else { return (nil, nil) }
            stateNumber.store(head.call, ordering: .relaxed)
            let formerStats = stats.map { exchange(&state.stats, $0) }
            return (report.map { exchange(&state.progress, $0) }, formerStats)
        }
        _ = former  // freed outside of the lock
    }

    /// Takes what a plugin shows in /health, and whether it is fit for calls.
    private func showFacts(_ members: JSONMembers) {
        if let health = members.json("health") {
            unsafe health.withUnsafeBytes { _ = unsafe facts.showHealth($0) }
        }
        if members.json("not_ready") != nil { facts.setUnfitness(members.string("not_ready")) }
    }

    private func stopped(_ head: FrameHead, _ payload: UnsafeRawBufferPointer) {
        let answer = unsafe StopAnswer(flags: head.flags, text: repairedString(payload))
        let waiting = state.withLock { state in
            let key = StopKey(lane: head.lane, call: head.call)
            defer { state.stops[key] = nil }
            return state.stops[key] ?? []
        }
        for one in waiting { one.give(answer) }
    }
}
