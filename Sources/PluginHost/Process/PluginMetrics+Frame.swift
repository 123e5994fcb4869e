internal import WorkerCore
internal import WorkerJSON

/// The metrics that a plugin's process tells of over control; docs/process-plugins.md has the frame.
extension PluginMetrics {
    /// Takes in the series that have changed; a row that breaks a rule is left out.
    func take(_ payload: UnsafeRawBufferPointer) {
        guard let members = unsafe JSONMembers(payload) else { return }
        for row in members.rows("series") ?? [] { take(row) }
        if let dropped = members.number("dropped").flatMap({ UInt64(exactly: $0) }) {
            noteDropped(dropped)
        }
    }

    /// Kind, name, help, bounds, numbers, and then labels and their values by turns.
    private func take(_ row: [String]) {
        guard row.count >= 5, row.count % 2 == 1, let kind = MetricKind(rawValue: row[0]) else {
            return
        }
        let labels = stride(from: 5, to: row.count, by: 2).map { (row[$0], row[$0 + 1]) }
        let series = Series(
            kind, name: row[1], help: row[2], labels: labels, bounds: Self.numbers(row[3]))
        guard let number = try? find(series) else { return }
        _ = replace(number, Self.numbers(row[4]))
    }

    private static func numbers(_ text: String) -> [Double] {
        text.split(separator: " ").compactMap { Double($0) }
    }
}
