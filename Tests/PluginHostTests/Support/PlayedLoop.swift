import TestSupport
import WorkerCore
import WorkerThreads

@testable import PluginHost

/// Plays the thread of the loop: the test's own thread, turn by turn.
final class PlayedLoop {
    private let poll: EventPoll
    private let plugin: LoadedPlugin

    /// Takes charge of the calls of a plugin.
    init(_ plugin: Plugin) throws {
        guard let poll = EventPoll() else { throw TestFailure("no poll") }
        self.poll = poll
        self.plugin = plugin.loaded
        startCalls()
    }

    /// Does what comes at the end of a turn.
    func startCalls() { plugin.startCalls(on: poll) }

    /// One turn; waits for an event, for some milliseconds at most.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    func turn(_ milliseconds: UInt64 = 20) -> Bool {
        var isQuiet = false
        poll.wait(atMost: .milliseconds(milliseconds)) { event in
            switch event {
            case .happened(let number): plugin.happened(number)
            case .timeout: isQuiet = true
            case .interrupted, .stopped, .broken: break
            }
        }
        startCalls()
        return !isQuiet
    }

    /// Turns until there is a value.
    func run<Value>(until value: () throws -> Value?) throws -> Value {
        let deadline = Deadline()
        while !deadline.hasPassed {
            if let found = try value() { return found }
            turn()
        }
        throw TestFailure("what the loop turns for does not come")
    }

    /// Turns until a call has ended.
    func outcome(of recorder: Recorder) throws -> Outcome {
        try run { recorder.outcomes.first }
    }

    /// Ends.
    func end() { plugin.loopEnds() }
}
