internal import CWorkerPlugin
internal import Dispatch
internal import FoundationEssentials
internal import Synchronization

/// The lines of one stream that its tasks have written and the worker has not taken yet.
///
/// The worker's `emit` waits for a slow client, and tasks share few threads: where they wait, no
/// task of any call runs. So a thread hands the lines over in the stream's place, while a task is
/// suspended once too much waits. Dispatch lends a thread to each stream that has lines, beside
/// those of the tasks, and takes it back when there are none: at most one for each running call.
/// What has come meanwhile is handed over together, since waking a thread costs more than a line.
final class StreamOutbox: Sendable {
    /// How many bytes may wait before a task that writes does, those in hand not counted.
    private static let limit = 16 << 10

    private struct State {
        var lines: [Data] = []
        var byteCount = 0
        var isSending = false
        /// Why the worker takes no more lines.
        var refusal: (any Error)?
        /// Tasks that have written too much.
        var writers: [CheckedContinuation<Void, Never>] = []
        /// Run when all lines are with the worker, or refused.
        var listeners: [@Sendable () -> Void] = []

        /// Takes all lines that wait; none at the end of the sending.
        mutating func takeLines() -> (lines: [Data], wake: [@Sendable () -> Void]) {
            let taken = lines
            lines = []
            byteCount = 0
            var wake = takeWriters()
            if taken.isEmpty {
                isSending = false
                wake += listeners
                listeners = []
            }
            return (taken, wake)
        }

        mutating func takeWriters() -> [@Sendable () -> Void] {
            defer { writers = [] }
            return writers.map { writer in { writer.resume() } }
        }
    }

    private let call: CallContext
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "uw-stream")

    init(_ call: CallContext) {
        self.call = call
    }

    /// Hands one line over on this thread, behind those that wait.
    func send(_ line: Data) throws {
        try flush()
        try emit(line)
    }

    /// Puts one line behind those that wait, and suspends the task while they are too many.
    func write(_ line: Data) async throws {
        // What ended or was cancelled is told here, before the worker refuses a line for it.
        try call.checkCancellation()
        let (mustStart, isFull) = try state.withLock { state in
            if let refusal = state.refusal { throw refusal }
            state.lines.append(line)
            state.byteCount += line.count
            defer { state.isSending = true }
            return (!state.isSending, state.byteCount > Self.limit)
        }
        if mustStart { queue.async { self.sendLines() } }
        guard isFull else { return }
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.byteCount > Self.limit else { return false }
                state.writers.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
        try checkRefusal()
    }

    /// Waits until the worker has all that was written; throws if it refused some of it.
    func flush() throws {
        if state.withLock({ $0.isSending }) {
            let sent = DispatchSemaphore(value: 0)
            whenSent { sent.signal() }
            sent.wait()
        }
        try checkRefusal()
    }

    /// Suspends the task until the worker has all that was written; throws if it refused some of it.
    func flush() async throws {
        await withCheckedContinuation { continuation in whenSent { continuation.resume() } }
        try checkRefusal()
    }

    private func whenSent(_ body: @escaping @Sendable () -> Void) {
        let isSending = state.withLock { state in
            if state.isSending { state.listeners.append(body) }
            return state.isSending
        }
        if !isSending { body() }
    }

    private func checkRefusal() throws {
        if let refusal = state.withLock({ $0.refusal }) { throw refusal }
    }

    private func sendLines() {
        while true {
            let (lines, wake) = state.withLock { $0.takeLines() }
            for body in wake { body() }
            if lines.isEmpty { return }
            do {
                for line in lines { try emit(line) }
            } catch {
                state.withLock { state in
                    state.refusal = error
                    state.lines = []
                    state.byteCount = 0
                }
            }
        }
    }

    private func emit(_ line: Data) throws {
        switch call.host.emit(call.id, line) {
        case Status.ok: break
        case Status.cancelled, Status.stale: throw CancellationError()
        case let status:
            throw PluginError(.failed, "The worker refused a chunk with status \(status)")
        }
    }
}
