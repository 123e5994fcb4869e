internal import Synchronization
internal import WorkerCore
internal import WorkerJSON

/// What a worker has written that says something about its plugin.
///
/// Taken line by line, on the thread that reads them; what the plugin prints is left out.
final class WorkerRecords: Sendable {
    /// What there is of it.
    struct State {
        /// What the plugin did against its ABI, by the words of the log.
        var mistakes: [(mistake: PluginMistake, text: String)] = []
        /// Lines of the levels `error` and `warning`, but for those of calls that have failed.
        var errors: [String] = []
        var warnings: [String] = []
        /// The lines of a crash report.
        var crash: [String] = []
        /// What the runner of Python plugins complains of.
        var complaints: [String] = []
        /// Why it does not run.
        var failure: String?
        /// What the plugin has declared, as a JSON object.
        var declaration: JSONMembers?
    }

    /// How many lines of each kind are kept: a plugin can make any number.
    private static let most = 100

    private let state = Mutex(State())

    /// What has been taken until now.
    var all: State { state.withLock(\.self) }

    /// Takes a line.
    func take(_ line: String) {
        guard line.hasPrefix("{"), let record = JSONMembers(line),
            let message = record.string("message")
        else { return takeText(line) }
        if let rest = message.rest(behind: "plugin stderr: universal-worker: ") {
            return keep(rest, \.complaints)
        }
        let isPlugins = ["plugin: ", "plugin stdout: ", "plugin stderr: "].contains {
            message.hasPrefix($0)
        }
        guard !isPlugins else { return }
        if let mistake = record.string("mistake").flatMap(PluginMistake.init(rawValue:)) {
            state.withLock {
                if $0.mistakes.count < Self.most { $0.mistakes.append((mistake, message)) }
            }
        } else if message.hasPrefix("CRASH: ") {
            keep(message, \.crash)
        } else if let text = message.rest(behind: "the plugin declares ") {
            state.withLock { $0.declaration = JSONMembers(text) }
        } else if let text = message.rest(behind: "Failed to load ") {
            fail(text)
        } else if record.string("endpoint") == nil {
            switch record.string("level") {
            case "error": keep(message, \.errors)
            case "warning": keep(message, \.warnings)
            default: break
            }
        }
    }

    /// A line that is no record: the last words of a worker that does not run.
    private func takeText(_ line: String) {
        if line.hasPrefix("CRASH: ") { return keep(line, \.crash) }
        for start in ["FATAL: Failed to load ", "universal-worker: "] {
            if let text = line.rest(behind: start) { fail(text) }
        }
    }

    private func fail(_ text: String) { state.withLock { $0.failure = $0.failure ?? text } }

    private func keep(_ line: String, _ list: any WritableKeyPath<State, [String]> & Sendable) {
        state.withLock { if $0[keyPath: list].count < Self.most { $0[keyPath: list].append(line) } }
    }
}

extension String {
    /// What follows a text at the beginning; nil where that is not there.
    func rest(behind start: String) -> String? {
        hasPrefix(start) ? String(dropFirst(start.count)) : nil
    }
}
