internal import CPluginProcess
private import Glibc
internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// The process of a plugin, and the thread that starts it, listens to it and learns of its end.
///
/// The thread, `uw-bridge`, lives as long as the process: what guards the process (guard.c) ends it
/// with all that it has started when the thread that started it ends. It waits for nothing but events
/// of the control connection and of the process, so that neither a call nor a full lane ever holds it
/// up.
final class RunnerProcess: Sendable {
    /// What is started.
    struct Plan: Sendable {
        /// The interpreter, as it is to be executed: links unresolved, with a slash in it.
        var interpreter: String
        /// What follows the interpreter on the command line.
        var arguments: [String]
        /// The variables, each as NAME=value.
        var environment: [String]
        /// The text that the process executes, its descriptor 3; control is 4, lanes are 5, 6, and so on.
        var runner: [UInt8]
        /// How many calls may run at once.
        var lanes: Int
        /// What standard output and standard error of the process lead to.
        var output: Int32
    }

    /// What the bridge has to tell; on its thread, and not to wait.
    protocol Listener: AnyObject, Sendable {
        /// A frame has come over the control connection; its payload is valid for the call only.
        func received(_ head: FrameHead, _ payload: UnsafeRawBufferPointer)
        /// The process has ended; nothing comes from it any more.
        func ended(_ end: ProcessEnd)
    }

    /// Why a process could not be started.
    enum StartFailure: Error, Equatable {
        /// The interpreter cannot be executed; an errno.
        case interpreter(Int32)
        /// The system has no process, descriptor or memory to give; an errno.
        case system(Int32)
        /// There is no thread for it.
        case thread
    }

    /// The connections for calls, one for each that may run at once.
    var lanes: [FrameSocket] { offered.withLock { $0 } }
    private let offered: Mutex<[FrameSocket]>
    private let control: FrameSocket
    private let process = Mutex<uwp_process?>(nil)
    private let sending = Mutex(())

    private init(control: FrameSocket, lanes: [FrameSocket]) {
        self.control = control
        offered = Mutex(lanes)
    }

    /// Starts a process, and waits until its program runs.
    ///
    /// - Parameters:
    ///   - plan: what to start.
    ///   - listener: hears of everything from then on; the thread keeps it alive.
    ///   - spawn: starts the thread.
    /// - Returns: the running process.
    /// - Throws: why it was not started; nothing is left of it then.
    static func start(
        _ plan: Plan, _ listener: any Listener, spawn: ThreadSpawner
    ) throws(StartFailure) -> RunnerProcess {
        guard let (control, theirControl) = FrameSocket.pair() else { throw .system(errno) }
        let text = unsafe plan.runner.withUnsafeBytes {
            unsafe uwp_memory_file("uw-runner", $0.baseAddress, $0.count)
        }
        var theirs = [text, theirControl]
        defer { for descriptor in theirs where descriptor >= 0 { close(descriptor) } }
        guard text >= 0 else { throw .system(errno) }
        var lanes: [FrameSocket] = []
        for _ in 0..<plan.lanes {
            guard let (lane, theirLane) = FrameSocket.pair() else { throw .system(errno) }
            lanes.append(lane)
            theirs.append(theirLane)
        }
        let runner = RunnerProcess(control: control, lanes: lanes)
        let descriptors = theirs
        let started = Handover<StartFailure?>()
        let hasThread = spawn("uw-bridge") {
            let failure = runner.launch(plan, descriptors)
            started.give(failure)
            if failure == nil { runner.mind(listener) }
        }
        guard hasThread else { throw .thread }
        if let failure = started.take() { throw failure }
        return runner
    }

    /// Closes the lanes that the runner has not taken, which are the last.
    func keepLanes(_ count: Int) {
        let rest = offered.withLock { lanes in
            let rest = lanes.dropFirst(count)
            lanes = Array(lanes.prefix(count))
            return rest
        }
        _ = rest  // closed outside of the lock
    }

    /// Sends a frame over the control connection; any thread.
    ///
    /// Does nothing where the process is gone.
    func tell(
        _ kind: FrameKind, flags: UInt8 = 0, lane: Int = 0, call: UInt64 = 0,
        _ payload: [UInt8] = []
    ) {
        sending.withLock { _ in
            unsafe payload.withUnsafeBytes { bytes in
                do throws(FrameSocket.Failure) {
                    try unsafe control.send(
                        kind, flags: flags, lane: UInt16(lane), call: call, [bytes])
                } catch {}  // its end is told by the process itself
            }
        }
    }

    /// Sends the process a signal, if it still runs.
    func signal(_ number: Int32) {
        process.withLock { process in
            if var process = process { _ = unsafe uwp_signal(&process, number) }
        }
    }

    /// Has busy Python look at control at once; only once the plugin has been made.
    func hintAtStop() { signal(uwp_stop_signal()) }

    /// Has the process write the stacks of its threads to the log, and waits for that, half a second at most.
    func writeStacks() {
        // A copy: the lock is not held while it waits.
        if var process = process.withLock({ $0 }) { unsafe uwp_write_stacks(&process, 500) }
    }

    /// The number of the process; nil once it has ended.
    var processID: Int32? { process.withLock { $0?.pid } }

    // MARK: - The bridge's thread

    private func launch(_ plan: Plan, _ descriptors: [Int32]) -> StartFailure? {
        let arguments = CStrings([plan.interpreter] + plan.arguments)
        let environment = CStrings(plan.environment)
        var started = uwp_process()
        let failure = unsafe plan.interpreter.withCString { path in
            unsafe descriptors.withUnsafeBufferPointer { numbers -> uwp_failure in
                guard let first = numbers.baseAddress else {
                    return uwp_failure(error: EINVAL, is_exec: 0)
                }
                var program = unsafe uwp_program(
                    path: path, arguments: arguments.pointer, environment: environment.pointer,
                    descriptors: first, count: numbers.count, output: plan.output)
                return unsafe uwp_start(&program, &started)
            }
        }
        guard failure.error == 0 else {
            return failure.is_exec != 0 ? .interpreter(failure.error) : .system(failure.error)
        }
        process.withLock { $0 = started }
        return nil
    }

    /// Listens to the process until it has ended.
    private func mind(_ listener: any Listener) {
        guard let started = process.withLock({ $0 }) else { return }
        var isListening = true
        while true {
            let ready = Poll.readable(
                [started.end_fd, isListening ? control.descriptor : -1], until: .never)
            if ready[1] {
                isListening = unsafe control.receiveWhatIsThere { unsafe listener.received($0, $1) }
                // A process that is not heard any more must not stay: it ends with its control.
                if !isListening { control.shutDown() }
            }
            if ready[0] {
                // What it sent last is still there.
                if isListening {
                    _ = unsafe control.receiveWhatIsThere { unsafe listener.received($0, $1) }
                }
                for lane in lanes { lane.shutDown() }
                return listener.ended(reap())
            }
        }
    }

    private func reap() -> ProcessEnd {
        process.withLock { process in
            defer { process = nil }
            var end = uwp_end()
            guard var ended = process, unsafe uwp_reap(&ended, &end) == 0 else {
                return .unknown
            }
            return ProcessEnd(end)
        }
    }
}
