internal import CWorkerPlugin
internal import FoundationEssentials

/// A series of a metric, as the worker knows it.
struct HostSeries: Sendable {
    let host: Host
    let number: uw_metric

    func add(_ amount: Double) { _ = unsafe host.table.pointee.metric_add(number, amount) }
    func set(_ value: Double) { _ = unsafe host.table.pointee.metric_set(number, value) }
    func observe(_ value: Double) { _ = unsafe host.table.pointee.metric_observe(number, value) }
}

extension Host {
    /// Makes a series, or finds it.
    func metric(
        _ kind: uw_metric_kind, _ name: String, _ help: String,
        _ labels: [(key: String, value: String)], _ buckets: [Double]
    ) -> (uw_status, HostSeries) {
        var texts = LentTexts()
        let (name, help) = (texts.add(name.utf8), texts.add(help.utf8))
        let ranges = labels.map { (texts.add($0.key.utf8), texts.add($0.value.utf8)) }
        var number: uw_metric = 0
        let status = unsafe texts.lend { text in
            let fields = unsafe ranges.map { unsafe uw_label(name: text($0.0), value: text($0.1)) }
            return unsafe fields.withUnsafeBufferPointer { fields in
                unsafe buckets.withUnsafeBufferPointer { buckets in
                    var series = unsafe uw_series(
                        struct_size: UInt32(MemoryLayout<uw_series>.size), kind: kind,
                        name: text(name), help: text(help), labels: fields.baseAddress,
                        label_count: fields.count, bounds: buckets.baseAddress,
                        bound_count: buckets.count)
                    return unsafe table.pointee.metric(&series, &number)
                }
            }
        }
        return (status, HostSeries(host: self, number: number))
    }
}
