/// A series of a metric that a plugin asks for.
package struct Series: Sendable {
    /// What its metric is.
    package let kind: MetricKind
    /// The metric's name.
    package let name: String
    /// What the metric tells.
    package let help: String
    /// Names and values.
    package let labels: [(name: String, value: String)]
    /// Of a histogram: the upper bounds of its buckets; empty for those that all have.
    package let bounds: [Double]

    /// Makes a wish, which may break rules.
    package init(
        _ kind: MetricKind, name: String, help: String, labels: [(name: String, value: String)],
        bounds: [Double] = []
    ) {
        self.kind = kind
        self.name = name
        self.help = help
        self.labels = labels
        self.bounds =
            kind == .histogram && bounds.isEmpty
            ? DurationHistogram.bounds.map { Double($0.nanoseconds) / 1e9 } : bounds
    }

    /// How many numbers it has: those of its buckets, and the sum; otherwise one.
    package var cellCount: Int { kind == .histogram ? bounds.count + 2 : 1 }
    /// How many lines it takes in /metrics.
    fileprivate var lineCount: Int { kind == .histogram ? bounds.count + 3 : 1 }

    /// Whether names, labels, texts and bounds keep the rules of the plugin ABI.
    fileprivate var isLawful: Bool {
        guard name.utf8.count <= 128, help.utf8.count <= 512, labels.count <= 8,
            Self.isName(name, mayHaveColons: true), !name.hasPrefix(MetricTable.prefix)
        else { return false }
        for label in labels {
            guard label.name.utf8.count <= 64, label.value.utf8.count <= 256, label.name != "le",
                Self.isName(label.name, mayHaveColons: false), !label.name.hasPrefix("__")
            else { return false }
        }
        guard Set(labels.map(\.name)).count == labels.count else { return false }
        guard kind == .histogram else { return bounds.isEmpty }
        return bounds.count <= 64 && bounds.allSatisfy(\.isFinite)
            && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    }

    private static func isName(_ name: String, mayHaveColons: Bool) -> Bool {
        name.utf8.first?.isDigit == false
            && name.utf8.allSatisfy { byte in
                byte.isLetterOrDigit || byte == UInt8(ascii: "_")
                    || mayHaveColons && byte == UInt8(ascii: ":")
            }
    }

    /// The names of the samples that it has.
    fileprivate var sampleNames: [String] {
        kind == .histogram
            ? [name, "\(name)_bucket", "\(name)_sum", "\(name)_count"] : [name]
    }
}

/// Why a series is not taken.
package enum SeriesRefusal: Error, Equatable, Sendable {
    /// It breaks a rule by itself.
    case unlawful
    /// It does not fit to the metric, or to another one, that there is.
    case clash
}

/// The series of a plugin, each under a number, for good; bounded, whatever the plugin asks for.
package struct SeriesRegistry: Sendable {
    /// A metric with the numbers of its series, in the order in which they came.
    package struct Family: Sendable {
        /// Of the first series.
        package let first: Series
        /// The values of the labels of all.
        package fileprivate(set) var members: [(number: Int, values: [String])] = []
        fileprivate var known: [[String]: Int] = [:]
    }

    /// What becomes of a series.
    package enum Finding: Equatable, Sendable {
        /// It is there already.
        case known(Int)
        /// It has this number from now on, one more than the last one.
        case new(Int)
        /// It is one too many.
        case dropped
    }

    /// How many lines a plugin may have in /metrics.
    package static let limit = 1_000

    /// The metrics in the order in which they came.
    package private(set) var families: [Family] = []
    private var indexes: [String: Int] = [:]
    /// The names of all samples, the worker's own among them.
    private var taken = Set(MetricTable.rows.map(\.name))
    private var count = 0
    /// How many lines there are.
    package private(set) var lines = 0
    /// How often a series was dropped.
    package private(set) var dropped: UInt64 = 0

    /// Makes an empty registry.
    package init() {}

    /// Counts series that were dropped elsewhere.
    package mutating func noteDropped(_ total: UInt64) { dropped = max(dropped, total) }

    /// Finds a series, or takes it in.
    package mutating func find(_ series: Series) throws(SeriesRefusal) -> Finding {
        guard series.isLawful else { throw .unlawful }
        let labels = series.labels.sorted { $0.name < $1.name }
        let values = labels.map(\.value)
        if let index = indexes[series.name] {
            let first = families[index].first
            guard first.kind == series.kind, first.bounds == series.bounds,
                first.labels.map(\.name) == labels.map(\.name)
            else { throw .clash }
            if let number = families[index].known[values] { return .known(number) }
        } else if series.sampleNames.contains(where: taken.contains) {
            throw .clash
        }
        guard lines + series.lineCount <= Self.limit else {
            dropped += 1
            return .dropped
        }
        let index = indexes[series.name] ?? families.count
        if index == families.count {
            families.append(
                Family(
                    first: Series(
                        series.kind, name: series.name, help: series.help, labels: labels,
                        bounds: series.bounds)))
            indexes[series.name] = index
            taken.formUnion(series.sampleNames)
        }
        families[index].members.append((count, values))
        families[index].known[values] = count
        lines += series.lineCount
        defer { count += 1 }
        return .new(count)
    }
}

extension Exposition {
    /// Writes a metric of a plugin's.
    ///
    /// - Parameters:
    ///   - family: the metric.
    ///   - cells: reads the numbers of a series: its value; or the counts of buckets, then the sum.
    package mutating func append(
        _ family: SeriesRegistry.Family, cells: (_ number: Int) -> [Double]
    ) {
        let first = family.first
        begin(first.name, first.kind, help: first.help)
        for (number, values) in family.members {
            let labels = zip(first.labels, values).map { ($0.name, $1) }
            let cells = cells(number)
            guard first.kind == .histogram else {
                append(cells[0], suffix: "", labels)
                continue
            }
            var sum = 0.0
            for (bound, count) in zip(first.bounds + [.infinity], cells) {
                sum += count
                append(sum, suffix: "_bucket", labels + [("le", bound.exposed)])
            }
            append(cells[first.bounds.count + 1], suffix: "_sum", labels)
            append(sum, suffix: "_count", labels)
        }
    }
}
