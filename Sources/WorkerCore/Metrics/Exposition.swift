/// A text in the exposition format of Prometheus, version 0.0.4.
package struct Exposition: Sendable {
    /// What has been written.
    package private(set) var text = ""
    /// The name of the metric that is written now.
    private var name = ""

    /// Makes an empty text.
    package init() {}

    /// Begins a metric.
    package mutating func begin(_ name: String, _ kind: MetricKind, help: String) {
        self.name = name
        text += "# HELP \(name) "
        appendEscaped(help, quotes: false)
        text += "\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Writes a sample of the metric.
    package mutating func sample(_ value: some MetricValue, _ labels: (String, String)...) {
        append(value, suffix: "", labels)
    }

    /// Writes a histogram of the metric, with the bounds that all have.
    package mutating func sample(_ histogram: DurationHistogram, _ labels: (String, String)...) {
        var sum: UInt64 = 0
        for (bound, count) in zip(DurationHistogram.bounds, histogram.counts) {
            sum += count
            append(sum, suffix: "_bucket", labels + [("le", "\(bound.text)")])
        }
        sum += histogram.counts[DurationHistogram.bounds.count]
        append(sum, suffix: "_bucket", labels + [("le", "+Inf")])
        append(Double(histogram.sum) / 1e9, suffix: "_sum", labels)
        append(sum, suffix: "_count", labels)
    }

    /// Writes one line.
    package mutating func append(
        _ value: some MetricValue, suffix: StaticString, _ labels: [(String, String)]
    ) {
        text += name
        text += "\(suffix)"
        if !labels.isEmpty {
            for (index, label) in labels.enumerated() {
                text += index == 0 ? "{" : ","
                text += label.0
                text += "=\""
                appendEscaped(label.1, quotes: true)
                text += "\""
            }
            text += "}"
        }
        text += " "
        text += value.exposed
        text += "\n"
    }

    /// Adds a text whose lines have been written elsewhere.
    package mutating func append(_ other: Exposition) { text += other.text }

    private mutating func appendEscaped(_ value: String, quotes: Bool) {
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"" where quotes: text += "\\\""
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

/// The types that the format knows, as far as they are used.
package enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
}

/// A number of the format.
package protocol MetricValue {
    /// How it is written.
    var exposed: String { get }
}

extension Int: MetricValue {
    package var exposed: String { String(self) }
}

extension UInt64: MetricValue {
    package var exposed: String { String(self) }
}

extension Double: MetricValue {
    package var exposed: String {
        if isNaN { return "NaN" }
        if isInfinite { return self > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: self), magnitude < 1e15 { return String(whole) }
        return description
    }
}
