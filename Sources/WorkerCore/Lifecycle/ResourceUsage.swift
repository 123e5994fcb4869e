/// What a process and all its descendants use, as `/stats` reports it.
package struct ResourceUsage: Sendable, Equatable {
    /// Percent of one core over the time since the question before; several busy threads exceed 100.
    package let cpuPercent: Double
    /// Memory in RAM, in MiB; pages that processes share count once for each.
    package let residentMiB: Double

    /// Makes a report.
    package init(cpuPercent: Double, residentMiB: Double) {
        self.cpuPercent = cpuPercent
        self.residentMiB = residentMiB
    }
}
