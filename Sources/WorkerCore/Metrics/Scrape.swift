/// All that one answer of /metrics shows; read by several threads, each its own.
package struct Scrape: Sendable {
    /// The worker's plugin, apart from its calls.
    package struct Plugin: Sendable {
        /// What /health says.
        package var health = HealthFacts(.starting, running: 0, queued: 0, further: "")
        /// The plugin ABI that the worker speaks.
        package var abi = ""
        /// How many calls may run at once, and how many may wait; 0 until the plugin has been made.
        package var (concurrency, maxQueue) = (0, 0)
        /// The time that it took to make the plugin, once it has been made.
        package var loadTime: TimeSpan?
        /// How often its process has died, and was started again.
        package var (deaths, restarts) = (UInt64(0), UInt64(0))
        /// How many lines the plugin's own metrics have, and how many series were dropped.
        package var (series, droppedSeries) = (0, UInt64(0))
        /// The plugin's own metrics.
        package var own = Exposition()
        /// The worker's process; nil where /proc does not show it.
        package var worker: ProcessReading?
        /// The plugin's process, if it has one.
        package var process: ProcessReading?
        /// Seconds since 1970, now.
        package var unixTime = 0.0

        /// Makes what is known before there is a plugin.
        package init() {}
    }

    /// The plugin's name and version.
    package var (name, version) = ("", "")
    /// Those that requests are counted for, in the order of the table, and whether the plugin is asked there.
    package var endpoints: [(path: String, isCall: Bool)] = []
    /// What was counted of them.
    package var requests = RequestCounters(rows: 0)
    /// How many connections there are.
    package var connections = 0
    /// What bodies, results and lines of streams hold, and may hold, in bytes.
    package var (buffered, maxBuffered) = (0, 0)
    /// The monotonic clock, now.
    package var now = Moment.zero
    /// What the plugin's side has said.
    package var plugin = Plugin()

    /// Makes an empty scrape.
    package init() {}
}

/// What /proc says of one process.
package struct ProcessReading: Equatable, Sendable {
    /// User and system time of its own, in seconds.
    package let cpuSeconds: Double
    /// Memory in RAM, in bytes.
    package let residentBytes: UInt64
    /// Address space, in bytes.
    package let virtualBytes: UInt64
    /// Descriptors that are open; nil where that may not be seen.
    package let openDescriptors: UInt64?
    /// How many may be; nil for any number, and where that may not be seen.
    package let maxDescriptors: UInt64?
    /// Threads.
    package let threads: UInt64
    /// When it started, in seconds since 1970.
    package let startSeconds: Double

    /// Makes a reading.
    package init(
        cpuSeconds: Double, residentBytes: UInt64, virtualBytes: UInt64, openDescriptors: UInt64?,
        maxDescriptors: UInt64?, threads: UInt64, startSeconds: Double
    ) {
        self.cpuSeconds = cpuSeconds
        self.residentBytes = residentBytes
        self.virtualBytes = virtualBytes
        self.openDescriptors = openDescriptors
        self.maxDescriptors = maxDescriptors
        self.threads = threads
        self.startSeconds = startSeconds
    }
}
