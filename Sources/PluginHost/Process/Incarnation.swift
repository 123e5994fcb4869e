internal import CPluginProcess
internal import CWorkerPlugin
private import Glibc
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// A process that runs the runner, which may not have made the plugin yet.
struct Runner: Sendable {
    let process: RunnerProcess
    let bridge: RunnerBridge
    /// The number of the process, also when that is gone.
    let number: Int32

    /// Starts it.
    init(of plan: PythonPlan, in environment: PluginEnvironment) throws(LoadFailure) {
        bridge = RunnerBridge(greeted: environment.greeted)
        do throws(RunnerProcess.StartFailure) {
            process = try RunnerProcess.start(
                RunnerProcess.Plan(
                    interpreter: plan.interpreter, arguments: plan.command,
                    environment: plan.variables, runner: RunnerText.bytes,
                    lanes: plan.lanes, output: plan.output),
                bridge, spawn: environment.spawn)
        } catch {
            switch error {
            case .interpreter(let code):
                throw .cannotRun(interpreter: plan.interpreter, errorText(code))
            case .system(let code):
                throw .cannotRun(
                    interpreter: plan.interpreter, "no process can be had: \(errorText(code))")
            case .thread: throw .noThread
            }
        }
        number = process.processID ?? 0
        process.tell(.boot, plan.boot)
    }

    /// Ends the process at once; the first reason counts.
    func kill(_ reason: String) {
        bridge.willBeKilled(reason)
        process.signal(SIGKILL)
    }
}

/// One process of a plugin in which that has been made; after a restart there is another one.
final class Incarnation: Sendable {
    let runner: Runner
    let introduction: RunnerBridge.Introduction
    let lanes: Lanes
    /// For what runs beside calls, one for each place.
    let besides: [Lane]
    var process: RunnerProcess { runner.process }
    var bridge: RunnerBridge { runner.bridge }

    /// How the process has died, as far as that is known.
    var death: ProcessDeath {
        let (end, reason) = bridge.end ?? (.unknown, nil)
        return ProcessDeath(process: runner.number, end: end, reason: reason)
    }

    /// What came of a question to the main thread.
    enum Answer {
        case done
        case failed(CallFailure)
        /// The process has ended, or is about to.
        case gone
    }

    /// Starts a runner, and waits until it has made the plugin.
    ///
    /// - Parameters:
    ///   - plan: which plugin.
    ///   - environment: what it lives in.
    ///   - started: is given the runner before that.
    /// - Throws: why there is none; the process has ended then, or is about to.
    init(
        of plan: PythonPlan, in environment: PluginEnvironment,
        started: (Runner) -> Void = { _ in }
    ) throws(LoadFailure) {
        runner = try Runner(of: plan, in: environment)
        started(runner)
        do throws(LoadFailure) {
            introduction = try runner.bridge.introduction()
        } catch {
            guard case .died(.exit(let code)) = error, !runner.bridge.hasGreeted else {
                throw error
            }
            throw .cannotRun(
                interpreter: plan.interpreter,
                "it ended with exit code \(code), and has not run the worker's runner; "
                    + "is it Python 3.8 or later?"
            )
        }
        let hello = introduction.hello
        runner.process.keepLanes(hello.calls + hello.beside)
        lanes = Lanes(Array(runner.process.lanes.prefix(hello.calls)))
        besides = runner.process.lanes.enumerated().dropFirst(hello.calls).map {
            Lane(number: $0.offset, socket: $0.element)
        }
    }

    /// Asks something of the main thread, or of a lane's, and waits for the answer.
    func ask(
        _ kind: FrameKind, _ payload: UnsafeRawBufferPointer, over lane: Lane? = nil,
        _ use: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) -> Answer {
        let lane = lane ?? lanes.all[0]
        let number = lane.begin(uw_call_id(UW_NO_CALL), shown: bridge.shown)
        var answer: Answer?
        do throws(FrameSocket.Failure) {
            try unsafe lane.socket.send(kind, call: number, [payload])
            while true {
                try unsafe lane.socket.receive { head, payload in
                    switch FrameKind(rawValue: head.kind) {
                    case .result:
                        unsafe use(payload)
                        answer = .done
                    case .error:
                        answer = .failed(
                            failure(
                                of: head.status, text: unsafe repairedString(payload),
                                in: "\(kind)"))
                    case .state: unsafe bridge.report(head, payload)
                    default: break
                    }
                }
                if let answer { return answer }
            }
        } catch {
            return .gone
        }
    }
}

extension FrameHead {
    /// What an error says by its flags.
    var status: uw_status {
        if flags & FrameFlag.invalid != 0 { return uw_status(UW_INVALID_ARGUMENT) }
        if flags & FrameFlag.unavailable != 0 { return uw_status(UW_UNAVAILABLE) }
        return uw_status(flags & FrameFlag.unsupported != 0 ? UW_UNSUPPORTED : UW_ERROR)
    }
}

/// The system's words for an error number.
private func errorText(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}

/// The runner as one text for Python; see Python/bundle.py, which makes the same.
package enum RunnerText {
    package static let bytes: [UInt8] = {
        var text = "SOURCES = {\n"
        var index = 0
        while let piece = unsafe uwp_runner_module(index)?.pointee {
            let source = unsafe String(cString: piece.text)
            let name = unsafe piece.name.map { unsafe String(cString: $0) }
            text += name.map { "\"\($0)\": r'''\(source)''',\n" } ?? "}\n\(source)"
            index += 1
        }
        return Array(text.utf8)
    }()
}
