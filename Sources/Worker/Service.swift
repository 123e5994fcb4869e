internal import PluginHost
internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerHTTP
internal import WorkerJSON
internal import WorkerOS
internal import WorkerThreads

/// Joins the two doors that do not know each other: what HTTP asks, the loaded plugin answers.
final class Service: WorkerService {
    /// The plugin; nil while it is being made.
    ///
    /// Not an AtomicLazyReference, whose `load` costs 700 instructions: it is not specialised.
    private let loaded = Mutex<LoadedPlugin?>(nil)
    private var plugin: LoadedPlugin? { loaded.withLock(\.self) }
    /// What is known before.
    private let greeting = Mutex(Greeting())
    private let meter: UsageMeter
    private let processes = ProcessMeter()
    private let loadTime = Mutex<TimeSpan?>(nil)
    private let log: Log
    private let inbox: Inbox
    private let complaints: RateLimitedLog
    private let clientComplaints: RateLimitedLog
    private let refusals: RateLimitedLog

    init(meter: UsageMeter, log: Log, inbox: Inbox) {
        self.meter = meter
        self.log = log
        self.inbox = inbox
        complaints = RateLimitedLog(log, .warning)
        clientComplaints = RateLimitedLog(log, .info)
        refusals = RateLimitedLog(log, .info)
    }

    func report(_ text: String) { log.warning(text) }

    func lostDescriptor(_ name: String) { inbox.post(.end(.descriptorLost(name))) }

    /// The plugin has been made, in a time; before any call.
    func loaded(in time: TimeSpan) { loadTime.withLock { $0 = time } }

    /// The plugin is served; before any call.
    func open(_ plugin: LoadedPlugin) { loaded.withLock { $0 = plugin } }

    /// What is known before the plugin has been made.
    func willOpen(_ greeting: Greeting) { self.greeting.withLock { $0 = greeting } }

    var progress: ProgressReport { plugin?.progress ?? .none }

    var health: HealthFacts {
        plugin?.health
            ?? HealthFacts(
                .starting, running: 0, queued: 0, further: greeting.withLock { $0.health })
    }

    func calls(atMost limit: Int) -> (shown: [CallReport], more: Int) {
        plugin?.calls(atMost: limit) ?? ([], 0)
    }

    func progress(id: String) -> ProgressReport? { plugin?.progress(id: id) }

    func usage() -> ResourceUsage { meter.sample() }

    func metrics() -> Scrape.Plugin {
        let plugin = plugin
        var facts = plugin?.metrics ?? Scrape.Plugin()
        if plugin == nil { facts.health = health }
        facts.abi = LoadedPlugin.abi
        facts.loadTime = loadTime.withLock(\.self)
        facts.worker = processes.read()
        facts.process = plugin?.processID.flatMap { processes.read($0) }
        facts.unixTime = processes.unixTime
        return facts
    }

    var hasHooks: Bool { plugin?.hasHooks ?? greeting.withLock { $0.hasHooks } }

    var furtherStats: String { plugin?.stats ?? greeting.withLock { $0.stats } }

    var configSchema: Result<SharedText, CallFailure> { made.configSchema.document }

    var currentConfig: Result<SharedText, CallFailure> { made.currentConfig.document }

    func bodySchema(of path: String) -> JSONMembers? { plugin?.bodySchemas[path] }

    /// The plugin, for what the server asks only when it has been made.
    private var made: LoadedPlugin {
        guard let plugin else { preconditionFailure("what is asked of the plugin waits for it") }
        return plugin
    }

    func submit(_ call: Call) -> CallRefusal? { made.submit(call, startsLater: true) }

    func callFailed(_ call: FailedCall) { log.write(call.record) }

    func requestEnded(_ access: AccessRecord) { log.tell(access.record) }

    func startCalls() { plugin?.startCalls() }

    func startCalls(on poll: EventPoll) { plugin?.startCalls(on: poll) }

    func happened(_ number: UInt64) { plugin?.happened(number) }

    var awaitsEvent: Bool { plugin?.awaitsLane ?? false }

    func loopEnds() { plugin?.loopEnds() }

    func cancel(_ client: any CallClient, _ failure: CallFailure) {
        plugin?.cancel(client, failure)
    }

    func cancel(
        id: String, _ failure: CallFailure, completion: @escaping @Sendable (CancelAnswer) -> Void
    ) -> Bool {
        plugin?.cancel(id: id, failure, completion: completion) ?? false
    }

    func cancelAll(
        _ failure: CallFailure, completion: @escaping @Sendable (CancelAnswer) -> Void
    ) {
        guard let plugin else { return completion(.cancelled) }  // nothing runs
        plugin.cancelAll(failure, completion: completion)
    }

    func requestRefused(_ status: UInt32, _ detail: String) {
        refusals.write("a request was refused with \(status): \(detail)", kind: detail)
    }

    func libraryComplained(_ complaint: String, isClients: Bool) {
        (isClients ? clientComplaints : complaints).write("libmicrohttpd: \(complaint)")
    }
}

extension Endpoint {
    /// The row of an endpoint that the plugin has declared.
    init(_ endpoint: PluginEndpoint, _ number: Int) {
        self = .call(
            .endpoint(number, endpoint.run), at: endpoint.path, endpoint.methods,
            body: endpoint.body)
    }
}
