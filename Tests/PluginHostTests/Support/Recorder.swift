import PluginHost
import TestSupport
import WorkerCalls
import WorkerCore
import WorkerJSON

/// Waits for a call in a client's place: notes its outcome, and takes the lines of a stream.
final class Recorder: CallClient {
    func callStarts(at moment: Moment) {}

    private struct State {
        var outcomes: [Outcome] = []
        var lines = ""
        var wakes = 0
        var waiting = 0
        var isClosed = false
        var closings = 0
        /// How many offers are still taken.
        var room: Int
        let isAsleep: Bool
    }

    private let state: Monitor<State>
    private let order: Monitor<[String]>?
    private let name: String
    private let atEnd: @Sendable () -> Void

    /// Makes a recorder.
    ///
    /// - Parameters:
    ///   - room: how many offers are taken before one is answered `.full`.
    ///   - isAsleep: whether the connection has to be woken for each.
    ///   - name: says which call it is.
    ///   - order: where the name is noted when the call ends.
    ///   - atEnd: what is done then, before the outcome is there.
    init(
        room: Int = .max, isAsleep: Bool = false, _ name: String = "",
        in order: Monitor<[String]>? = nil, atEnd: @escaping @Sendable () -> Void = {}
    ) {
        state = Monitor(State(room: room, isAsleep: isAsleep))
        self.name = name
        self.order = order
        self.atEnd = atEnd
    }

    var lines: String { state.withLock { $0.lines } }
    var wakes: Int { state.withLock { $0.wakes } }
    var outcomes: [Outcome] { state.withLock { $0.outcomes } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Waits for the outcome.
    func outcome(within milliseconds: Int = Deadline.patience) throws -> Outcome {
        let found = state.wait(until: Deadline(milliseconds: milliseconds)) { $0.outcomes.first }
        guard let found else { throw TestFailure("no outcome of call '\(name)'") }
        return found
    }

    /// Waits until the plugin waits for room.
    func waitUntilFull() throws {
        let found = state.wait(until: Deadline()) {
            $0.waiting > 0 ? true : nil
        }
        guard found != nil else { throw TestFailure("the plugin does not wait for room") }
    }

    /// Waits until the lines fulfil a condition.
    func wait(_ condition: (String) -> Bool) throws {
        let found = state.wait(until: Deadline()) {
            condition($0.lines) ? true : nil
        }
        guard found != nil else { throw TestFailure("the lines that are waited for do not come") }
    }

    /// Makes room for more offers.
    func makeRoom(_ offers: Int) { state.withLock { $0.room += offers } }

    // MARK: CallClient

    func callDidFinish(_ outcome: consuming CallOutcome) {
        let value: Outcome =
            switch consume outcome {
            case .value(let text): .value(string(text))
            case .done: .done
            case .answer(let own, let text): .answer(own.status, string(text))
            case .streamEnd(let lines, let failure): .streamEnd(string(lines), failure)
            case .streamAnswer(let lines, let failure): .streamEnd(string(lines), failure)
            case .failure(let failure): .failure(failure)
            }
        atEnd()
        order?.withLock { $0.append(name) }
        state.withLock { $0.outcomes.append(value) }
    }

    func offer(_ lines: inout ByteBuffer) -> StreamOffer {
        let text = string(lines)
        let answer = state.withLock { state -> StreamOffer in
            if state.isClosed { return .closed }
            guard state.room > 0 else { return .full }
            state.room -= state.room == .max ? 0 : 1
            state.lines += text
            return state.isAsleep ? .takenAndWaking : .taken
        }
        switch answer {
        case .taken, .takenAndWaking: lines.removeAll(keepingCapacity: true)
        case .full, .closed: break
        }
        return answer
    }

    func wake() { state.withLock { $0.wakes += 1 } }

    func waitForRoom() {
        state.withLock { $0.waiting += 1 }
        _ = state.wait(until: Deadline()) {
            $0.isClosed || $0.room > 0 ? true : nil
        }
        state.withLock { $0.waiting -= 1 }
    }

    func close() {
        state.withLock {
            $0.isClosed = true
            $0.closings += 1
        }
    }
}

/// The text of a buffer.
func string(_ buffer: borrowing ByteBuffer) -> String {
    unsafe buffer.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
}
