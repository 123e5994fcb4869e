internal import CWorkerPlugin
internal import FoundationEssentials

/// A series of a metric, as the worker knows it.
struct HostSeries: Sendable {
    let host: Host
    let number: uw_metric

    func add(_ amount: Double) { host.add(amount, to: number) }
    func set(_ value: Double) { host.set(number, to: value) }
    func observe(_ value: Double) { host.observe(value, in: number) }
}

extension Host {
    /// Makes a series, or finds it.
    func metric(
        _ kind: uw_metric_kind, _ name: String, _ help: String,
        _ labels: [(key: String, value: String)], _ buckets: [Double]
    ) -> (uw_status, HostSeries) {
        // All texts lie in one run of bytes, so that they are lent once.
        var text = Data()
        func add(_ string: String) -> Range<Int> {
            let start = text.count
            text.append(contentsOf: string.utf8)
            return start..<text.count
        }
        let (name, help) = (add(name), add(help))
        let ranges = labels.map { (add($0.key), add($0.value)) }
        var number: uw_metric = 0
        let status = unsafe text.withUnsafeBytes { bytes in
            func lend(_ range: Range<Int>) -> uw_text {
                let start = unsafe bytes.baseAddress.map { unsafe $0 + range.lowerBound }
                return unsafe uw_text(
                    data: start?.assumingMemoryBound(to: CChar.self), length: range.count)
            }
            let fields = unsafe ranges.map { unsafe uw_label(name: lend($0.0), value: lend($0.1)) }
            return unsafe fields.withUnsafeBufferPointer { fields in
                unsafe buckets.withUnsafeBufferPointer { buckets in
                    var series = unsafe uw_series(
                        struct_size: UInt32(MemoryLayout<uw_series>.size), kind: kind,
                        name: lend(name), help: lend(help), labels: fields.baseAddress,
                        label_count: fields.count, bounds: buckets.baseAddress,
                        bound_count: buckets.count)
                    return unsafe table.pointee.metric(&series, &number)
                }
            }
        }
        return (status, HostSeries(host: self, number: number))
    }

    func add(_ amount: Double, to metric: uw_metric) {
        _ = unsafe table.pointee.metric_add(metric, amount)
    }

    func set(_ metric: uw_metric, to value: Double) {
        _ = unsafe table.pointee.metric_set(metric, value)
    }

    func observe(_ value: Double, in metric: uw_metric) {
        _ = unsafe table.pointee.metric_observe(metric, value)
    }
}
