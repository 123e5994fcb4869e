/// What `/stats` reports.
package struct ResourceUsage: Sendable {
    /// Percent of one core, over the time since the question before.
    package let cpuPercent: Double
    /// Resident memory in MiB.
    package let residentMiB: Double

    /// Makes a report.
    package init(cpuPercent: Double, residentMiB: Double) {
        self.cpuPercent = cpuPercent
        self.residentMiB = residentMiB
    }
}
