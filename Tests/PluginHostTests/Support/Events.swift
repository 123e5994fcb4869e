import PluginHost
import TestSupport
import WorkerCore

/// Notes what the plugin host reports.
final class Events: HostEvents {
    struct State: Equatable {
        var logged: [String] = []
        var misbehaved: [String] = []
        var broken: [String] = []
    }

    private let state = Monitor(State())

    var all: State { state.withLock { $0 } }

    func libraryLoaded() {}

    func callBegan(slot: Int, id: String, arrival: Moment) {}

    func callEnded(slot: Int) {}

    func pluginExited(_ detail: String) {}

    func pluginIsWedged(_ detail: String) {}

    func pluginLogged(_ level: PluginLogLevel, _ text: String) {
        state.withLock { $0.logged.append("\(level): \(text)") }
    }

    func pluginMisbehaved(_ detail: String, requestID: String?) {
        state.withLock { $0.misbehaved.append("\(requestID ?? "-"): \(detail)") }
    }

    func pluginDied(_ end: ProcessEnd) { state.withLock { $0.broken.append("\(end)") } }

    func pluginIsBroken(_ detail: String) { state.withLock { $0.broken.append(detail) } }
}
