internal import CPluginGuard
internal import CWorkerPlugin
internal import WorkerCore

/// The functions of the host table for a plugin's own metrics.
extension HostTable {
    /// Those of the plugin in this process.
    static let metrics = PluginMetrics()

    static func metric(
        _ given: UnsafePointer<uw_series>, _ number: UnsafeMutablePointer<uw_metric>
    ) -> uw_status {
        uwg_end_copy()
        return PluginThread.uncancelled {
            guard let series = unsafe Series(given.pointee) else {
                return uw_status(UW_INVALID_DATA)
            }
            do throws(SeriesRefusal) {
                unsafe number.pointee = uw_metric(try metrics.find(series).map { $0 + 1 } ?? 0)
                return uw_status(UW_OK)
            } catch {
                return uw_status(error == .clash ? UW_INVALID_ARGUMENT : UW_INVALID_DATA)
            }
        }
    }

    static func update(
        _ number: uw_metric, _ update: PluginMetrics.Update, _ value: Double
    ) -> uw_status {
        uwg_end_copy()
        guard number > 0 else { return uw_status(UW_OK) }
        switch metrics.update(Int(clamping: number) - 1, update, value) {
        case nil: return uw_status(UW_OK)
        case .unknown?: return uw_status(UW_STALE)
        case .otherKind?: return uw_status(UW_WRONG_CALL)
        case .invalid?: return uw_status(UW_INVALID_DATA)
        }
    }
}

extension Series {
    /// Reads what a plugin asks for; nil where a text, a count or a size is none.
    fileprivate init?(_ given: uw_series) {
        let kind: MetricKind? =
            switch unsafe given.kind {
            case uw_metric_kind(UW_COUNTER): .counter
            case uw_metric_kind(UW_GAUGE): .gauge
            case uw_metric_kind(UW_HISTOGRAM): .histogram
            default: nil
            }
        // Lengths are bounded before anything is copied.
        guard let kind, unsafe given.struct_size >= UInt32(MemoryLayout<uw_series>.size),
            let name = unsafe Self.text(given.name, 128),
            let help = unsafe Self.text(given.help, 512),
            unsafe given.label_count <= 8, unsafe given.bound_count <= 64
        else { return nil }
        var labels: [(name: String, value: String)] = []
        for index in unsafe 0..<given.label_count {
            guard let label = unsafe given.labels?[index],
                let name = unsafe Self.text(label.name, 64),
                let value = unsafe Self.text(label.value, 256)
            else { return nil }
            labels.append((name, value))
        }
        var bounds: [Double] = []
        for index in unsafe 0..<given.bound_count {
            guard let bound = unsafe given.bounds?[index] else { return nil }
            bounds.append(bound)
        }
        self.init(kind, name: name, help: help, labels: labels, bounds: bounds)
    }

    private static func text(_ text: uw_text, _ limit: Int) -> String? {
        guard let bytes = unsafe foreignText(text.data, text.length), bytes.count <= limit
        else { return nil }
        return unsafe repairedString(bytes)
    }
}
