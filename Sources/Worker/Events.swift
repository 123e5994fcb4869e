internal import PluginHost
internal import WorkerCore
internal import WorkerOS

/// Brings what the plugin host has to say into the log.
struct Events: HostEvents {
    let log: Log
    let inbox: Inbox

    func libraryLoaded() {
        CrashReporter.objectsChanged()
        ProcessExit.watch(self)
    }

    func callBegan(slot: Int, id: String, arrival: Moment) {
        CrashCalls.begin(slot: slot, id: id, start: arrival)
    }

    func callEnded(slot: Int) { CrashCalls.end(slot: slot) }

    func pluginLogged(_ level: PluginLogLevel, _ text: String) {
        let severity: LogLevel =
            switch level {
            case .error: .error
            case .warning: .warning
            case .info: .info
            case .debug: .debug
            }
        log.write(severity, "plugin: \(text)")
    }

    func pluginMisbehaved(_ detail: String, requestID: String?) {
        log.error(requestID.map { "call \($0): \(detail)" } ?? detail)
    }

    func pluginIsWedged(_ detail: String) { inbox.post(.end(.wedged(detail))) }

    func pluginExited(_ detail: String) { inbox.post(.end(.pluginExited(detail))) }

    func pluginDied(_ end: ProcessEnd) {
        inbox.post(.end(.pluginDied("the plugin's process \(end)", signal: end.mirrored)))
    }

    func pluginIsBroken(_ detail: String) { inbox.post(.end(.pluginFatal(detail))) }
}
