import PluginHost
import TestSupport
import WorkerCore

/// Notes what the loaded plugin reports.
final class Events: PluginEvents {
    struct State: Equatable {
        var logged: [String] = []
        var misbehaved: [String] = []
        var mistakes: [String] = []
        var broken: [String] = []
        var deaths: [String] = []
        var restarts = 0
    }

    private let state = Monitor(State())

    var all: State { state.withLock { $0 } }

    func libraryLoaded() {}

    func callBegan(slot: Int, id: String, arrival: Moment) {}

    func callEnded(slot: Int) {}

    func pluginExited(_ detail: String) {}

    func pluginIsWedged(_ detail: String) {}

    func pluginLogged(_ level: LogLevel, _ text: String) {
        state.withLock { $0.logged.append("\(level): \(text)") }
    }

    func pluginMisbehaved(_ detail: String, requestID: String?) {
        state.withLock { $0.misbehaved.append("\(requestID ?? "-"): \(detail)") }
    }

    func pluginErred(_ mistake: PluginMistake, in function: String, _ detail: String) {
        state.withLock { $0.mistakes.append("\(mistake) in \(function)") }
    }

    func pluginDied(_ death: ProcessDeath) { state.withLock { $0.broken.append("\(death)") } }

    func processDied(_ death: ProcessDeath, restartsIn pause: TimeSpan?) {
        state.withLock { $0.deaths.append("\(death)") }
    }

    func processRestarted() { state.withLock { $0.restarts += 1 } }

    func pluginIsBroken(_ detail: String) { state.withLock { $0.broken.append(detail) } }
}
