internal import Synchronization
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// What is asked of the thread that reads /proc.
struct UsageQuestion: Sendable {
    /// Who asks.
    let exchange: Exchange
    /// For GET /metrics what the HTTP thread knows; nil for GET /stats.
    let scrape: Scrape?
}

/// What was read last, while it is new enough for others who ask.
struct RecentUsage {
    private var usage: (readAt: Moment, value: ResourceUsage)?
    private var metrics: (readAt: Moment, text: SharedText)?

    /// The time for which a reading is good.
    private static let life = TimeSpan.milliseconds(100)
    /// Texts of /metrics that are longer are made once for all who ask meanwhile, in bytes.
    private static let largeText = 64 << 10

    mutating func keep(_ value: ResourceUsage, at now: Moment) { usage = (now, value) }

    mutating func keep(_ text: SharedText, at now: Moment) {
        metrics = text.bytes.count > Self.largeText ? (now, text) : nil
    }

    func usage(at now: Moment) -> ResourceUsage? {
        usage.flatMap { now < $0.readAt + Self.life ? $0.value : nil }
    }

    func metrics(at now: Moment) -> SharedText? {
        metrics.flatMap { now < $0.readAt + Self.life ? $0.text : nil }
    }
}

/// GET /stats and GET /metrics, for which /proc is read on a thread of its own.
extension Server {
    /// Has /proc read for an exchange, whose connection is to be suspended; here without a thread.
    func readUsage(for exchange: Exchange) { ask(UsageQuestion(exchange: exchange, scrape: nil)) }

    /// Has the metrics written for an exchange, likewise; on the HTTP thread.
    func readMetrics(for exchange: Exchange) {
        var scrape = Scrape()
        (scrape.name, scrape.version) = pluginLabels
        scrape.endpoints = endpoints.labels
        scrape.requests = counters
        scrape.connections = loop.clients.count
        ask(UsageQuestion(exchange: exchange, scrape: scrape))
    }

    private func ask(_ question: UsageQuestion) {
        if usageReader.start() {
            usageReader.add(question)
        } else {
            answer(question)
        }
    }

    /// Answers; on the thread for it.
    func answer(_ question: UsageQuestion) {
        let reply = question.scrape.map { Reply(shared: metricsText($0)) } ?? statsReply()
        question.exchange.complete(.reply(reply))
    }

    /// What /metrics says; on the thread for it.
    private func metricsText(_ scrape: Scrape) -> SharedText {
        let now = options.clock()
        if let text = recentUsage.withLock({ $0.metrics(at: now) }) { return text }
        var scrape = scrape
        scrape.now = now
        (scrape.buffered, scrape.maxBuffered) = (budget.count, budget.limit)
        scrape.plugin = service.metrics()
        let text = SharedText(ByteBuffer(MetricTable.render(scrape).text))
        recentUsage.withLock { $0.keep(text, at: now) }
        return text
    }

    /// The reply of /stats; on the thread for it.
    ///
    /// One reading of /proc is good for all that ask within a tenth of a second.
    private func statsReply() -> Reply {
        let now = options.clock()
        if let usage = recentUsage.withLock({ $0.usage(at: now) }) { return statsReply(usage) }
        let usage = service.usage()
        recentUsage.withLock { $0.keep(usage, at: options.clock()) }
        return statsReply(usage)
    }

    /// What the plugin adds is never old: hosts ask for it right behind a call.
    private func statsReply(_ usage: ResourceUsage) -> Reply {
        .stats(
            processID: options.processID, usage, listsProcesses: service.hasHooks,
            further: service.furtherStats)
    }
}
