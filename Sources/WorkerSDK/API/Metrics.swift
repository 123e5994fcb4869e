internal import CWorkerPlugin

/// A metric that only grows, such as of images made; by ``Worker/counter(_:_:labels:)``.
///
/// Any thread; an addition takes no lock.
public struct Counter: Sendable {
    private let series: HostSeries?

    init(_ series: HostSeries?) { self.series = series }

    /// Adds to it; what is less than 0, or no number, changes nothing.
    public func add(_ amount: Double = 1) { series?.add(amount) }
}

/// A metric that goes up and down, such as of models in memory; by ``Worker/gauge(_:_:labels:)``.
///
/// Any thread; a change takes no lock.
public struct Gauge: Sendable {
    private let series: HostSeries?

    init(_ series: HostSeries?) { self.series = series }

    /// Adds to it, or takes from it.
    public func add(_ amount: Double = 1) { series?.add(amount) }

    /// Gives it a value.
    public func set(_ value: Double) { series?.set(value) }
}

/// A metric that counts values in buckets; by ``Worker/histogram(_:_:labels:buckets:)``.
///
/// Any thread; an observation takes no lock.
public struct Histogram: Sendable {
    private let series: HostSeries?

    init(_ series: HostSeries?) { self.series = series }

    /// Counts a value; NaN changes nothing.
    public func observe(_ value: Double) { series?.observe(value) }

    /// Counts a time, in seconds.
    public func observe(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        observe(Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// Counts the seconds that something takes, also if it fails.
    public func time<Result>(_ body: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        defer { observe(ContinuousClock.now - start) }
        return try body()
    }
}

extension Worker {
    /// A counter that `GET /metrics` shows; the same whenever it is asked for.
    ///
    /// ```swift
    /// static let images = try? Worker.counter("images_total", "Images made.", labels: ["model": "tiny"])
    /// ```
    ///
    /// Keep it: finding it takes a lock, updating it does not. Any thread, from `init` of the plugin on.
    ///
    /// - Parameters:
    ///   - name: By Prometheus' rules, not beginning with `universal_worker_`.
    ///   - help: What it tells, in a sentence.
    ///   - labels: Up to eight names with their values; all series of a name have the same names.
    /// - Returns: The counter.
    /// - Throws: ``PluginError`` if a rule is broken, or the metric is there in another way.
    public static func counter(
        _ name: String, _ help: String, labels: [String: String] = [:]
    ) throws -> Counter {
        Counter(try series(UW_COUNTER, name, help, labels))
    }

    /// A gauge that `GET /metrics` shows; see ``counter(_:_:labels:)``.
    public static func gauge(
        _ name: String, _ help: String, labels: [String: String] = [:]
    ) throws -> Gauge {
        Gauge(try series(UW_GAUGE, name, help, labels))
    }

    /// A histogram that `GET /metrics` shows; see ``counter(_:_:labels:)``.
    ///
    /// - Parameters:
    ///   - name: By Prometheus' rules, such as `render_seconds`.
    ///   - help: What it tells, in a sentence.
    ///   - labels: Names with their values.
    ///   - buckets: Up to 64 increasing upper bounds; none are those from a millisecond to ten minutes.
    /// - Returns: The histogram.
    /// - Throws: ``PluginError``, likewise.
    public static func histogram(
        _ name: String, _ help: String, labels: [String: String] = [:], buckets: [Double] = []
    ) throws -> Histogram {
        Histogram(try series(UW_HISTOGRAM, name, help, labels, buckets))
    }

    private static func series(
        _ kind: Int, _ name: String, _ help: String, _ labels: [String: String],
        _ buckets: [Double] = []
    ) throws -> HostSeries? {
        guard let host = currentHost else { return nil }
        let (status, series) = host.metric(
            uw_metric_kind(kind), name, help, labels.sorted { $0.key < $1.key }, buckets)
        switch status {
        case Status.ok: return series
        case uw_status(UW_INVALID_ARGUMENT):
            throw PluginError(
                .failed, "metric \(name): it is there with another type, other labels or buckets")
        default: throw PluginError(.failed, "metric \(name): its name, labels or buckets are none")
        }
    }
}
