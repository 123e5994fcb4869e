private import Glibc
internal import WorkerCore
internal import WorkerOS
internal import WorkerThreads

/// What a worker is started with.
struct WorkerPlan: Sendable {
    /// The binary, with a slash.
    var binary: String
    /// The variables, each as NAME=value.
    var environment: [String]
    var module: String
    var className: String
    var python: String?

    /// Its command line; its socket is descriptor 3.
    var arguments: [String] {
        ["--module", module, "--class", className, "--fd", "3", "--max-connections", "256"]
            + ["--log-format", "json", "--log-level", "debug"]
            + (python.map { ["--python", $0] } ?? [])
    }
}

/// A worker that is being tried out: a process of its own, below a guard.
///
/// For one thread, which has to live as long.
final class CheckedWorker {
    /// How its start went.
    enum Start: Equatable {
        case ready
        case failed(String)
        case late
    }

    let records = WorkerRecords()
    private let process: GuardedProcess
    private let output: OutputReader
    private let reaper: DescendantReaper
    private let port: UInt16
    private var requests = 0

    /// The time that a worker needs beyond the grace of its end, on a busy machine.
    private static let patience = TimeSpan.seconds(8)

    /// Starts a worker.
    ///
    /// - Throws: why it cannot be started.
    init(_ plan: WorkerPlan, reaper: DescendantReaper) throws {
        let socket = try ListeningSocket.bind(port: 0)
        defer { socket.close() }
        try socket.listen()
        port = socket.port ?? 0
        self.reaper = reaper
        output = try OutputReader { [records] in records.take($0) }
        process = try GuardedProcess(
            plan.binary, plan.arguments, environment: plan.environment,
            descriptors: [socket.descriptor], output: output.input)
    }

    /// Waits until its plugin has been made and takes calls.
    func awaitStart(until deadline: Moment) -> Start {
        while true {
            let request = Request(method: "GET", path: "/health/ready")
            guard let progress = ask(request, until: deadline)?.wait(until: deadline) else { break }
            if case .waiting = progress { return .late }
            guard case .answered(let answer) = progress else { break }
            if answer.status != 503 || !answer.body.contains("\"loading") { return .ready }
            guard Moment.now() < deadline else { return .late }
            pause(.milliseconds(20))
        }
        guard let ending = process.wait(until: .now() + Self.patience) else { return .late }
        finish()
        let state = records.all
        return .failed(
            state.failure ?? (["the worker \(ending)"] + state.crash).joined(separator: "\n"))
    }

    /// Sends a request; nil where no worker takes it.
    func ask(_ request: Request, until deadline: Moment) -> PendingAnswer? {
        requests += 1
        return PendingAnswer(request, port: port, id: "check-\(requests)", until: deadline)
    }

    /// What it and all that is below it hold.
    var use: TreeUse { TreeUse(of: process.number) }

    /// How it has ended; nil as long as it runs.
    var ending: GuardedProcess.Ending? { process.wait(until: .zero) }

    /// Ends it as a host does; returns nil if it does not end by itself, and is killed.
    func end() -> GuardedProcess.Ending? {
        process.signal(SIGTERM)
        guard let ending = process.wait(until: .now() + Self.patience) else {
            kill()
            return nil
        }
        finish()
        return ending
    }

    /// Ends it at once, whatever it does.
    func kill() {
        process.signal(SIGKILL)
        _ = process.wait(until: .now() + Self.patience)
        finish()
    }

    /// Ends what it has left behind, and reads its last lines.
    private func finish() {
        _ = reaper.endAll(until: .zero)
        reaper.reapRest()
        output.finish(until: .now() + .seconds(1))
    }
}

/// Waits for a time, where there is nothing that could be waited for.
func pause(_ time: TimeSpan) { _ = Poll.readable([], until: .now() + time) }
