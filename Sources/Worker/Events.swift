internal import PluginHost
internal import WorkerCore
internal import WorkerOS

/// Brings what is said in and around the plugin into the log.
struct Events: PluginEvents {
    let log: Log
    let pluginLines: PluginLines
    let mistakes: RateLimitedLog
    let inbox: Inbox
    let outOfMemory: OutOfMemoryWatch

    func libraryLoaded() {
        CrashReporter.objectsChanged()
        ProcessExit.watch(self)
    }

    func callBegan(slot: Int, id: String, arrival: Moment) {
        CrashCalls.begin(slot: slot, id: id, start: arrival)
    }

    func callEnded(slot: Int) { CrashCalls.end(slot: slot) }

    func pluginLogged(_ level: LogLevel, _ text: String) {
        pluginLines.write(level, "plugin: \(text)")
    }

    func pluginMisbehaved(_ detail: String, requestID: String?) {
        log.write(
            LogRecord(
                .error, requestID.map { "call \($0): \(detail)" } ?? detail,
                fields: [requestID.map { .init(.call, $0) }]))
    }

    func pluginErred(_ mistake: PluginMistake, in function: String, _ detail: String) {
        mistakes.write(
            mistake.record(in: function, detail), kind: "\(mistake.rawValue) \(function)")
    }

    func pluginIsWedged(_ detail: String) { inbox.post(.end(.wedged(detail))) }

    func pluginExited(_ detail: String) { inbox.post(.end(.pluginExited(detail))) }

    func pluginDied(_ death: ProcessDeath) {
        inbox.post(.end(.pluginDied(account(of: death), signal: death.mirrored)))
    }

    func processDied(_ death: ProcessDeath, restartsIn pause: TimeSpan?) {
        let next = pause.map { "; it is started again in \($0.milliseconds) ms" } ?? ""
        log.write(.error, .pluginDied, account(of: death) + next)
    }

    func processRestarted() { log.info("the plugin's process has been started again") }

    /// What the process said last, such as Python's stack, comes before, while its calls count as running.
    private func account(of death: ProcessDeath) -> String {
        pluginLines.catchUp()
        guard death.maybeOutOfMemory else { return "\(death)" }
        return "\(death); \(outOfMemory.finding)"
    }

    func pluginIsBroken(_ detail: String) { inbox.post(.end(.pluginFatal(detail))) }
}
