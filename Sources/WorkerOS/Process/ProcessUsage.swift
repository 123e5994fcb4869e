/// What a process and all its descendants use.
package struct ProcessUsage: Sendable, Equatable {
    package let pid: Int32
    /// Percent of one core over the last interval; several busy threads exceed 100.
    package let cpuPercent: Double
    /// Memory in RAM, in MiB; pages that processes share count once for each.
    package let residentMiB: Double
}
