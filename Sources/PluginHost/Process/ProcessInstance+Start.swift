internal import CPluginProcess
private import Glibc

extension ProcessInstance {
    /// Starts the runner, and waits until it has made the plugin.
    convenience init(
        starting plan: PythonPlan, in environment: HostEnvironment
    ) throws(LoadFailure) {
        let events = environment.events
        let bridge = RunnerBridge { events.pluginDied($0) }
        let process: RunnerProcess
        do throws(RunnerProcess.StartFailure) {
            process = try RunnerProcess.start(
                RunnerProcess.Plan(
                    interpreter: plan.interpreter, arguments: plan.command,
                    environment: plan.environment, runner: RunnerText.bytes,
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
        process.tell(.boot, plan.boot)
        let introduction = try bridge.introduction()
        self.init(
            process, bridge, introduction,
            Stopping(
                grace: plan.cancelGrace, clock: environment.clock, timers: environment.timers))
    }
}

/// The system's words for an error number.
private func errorText(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}

/// The runner as one text for Python; see Python/bundle.py, which makes the same.
package enum RunnerText {
    package static let bytes: [UInt8] = {
        var text = Array("SOURCES = {\n".utf8)
        var index = 0
        while let piece = unsafe uwp_runner_module(index)?.pointee {
            let source = unsafe UnsafeRawBufferPointer(start: piece.text, count: piece.length)
            if let name = unsafe piece.name {
                text += Array("\"\(unsafe String(cString: name))\": r'''".utf8)
                unsafe text.append(contentsOf: source)
                text += Array("''',\n".utf8)
            } else {
                text += Array("}\n".utf8)
                unsafe text.append(contentsOf: source)
            }
            index += 1
        }
        return text
    }()
}
