import Glibc
import PluginHost
import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerJSON
import WorkerThreads

/// A loaded fixture, with global variables of its own: each is a copy of the library.
final class Plugin: Sendable {
    let loaded: LoadedPlugin
    let events = Events()
    let folder: TemporaryFolder
    /// The names of the threads that were asked for.
    let threads = Monitor<[String]>([])

    /// The clock of most tests.
    static let clock: @Sendable () -> Moment = Moment.now

    static let spawn: ThreadSpawner = { _, body in
        startThread(body)
        return true
    }

    /// Timers, each with a thread that never ends.
    static func timers() throws -> Timers {
        guard let timers = Timers(spawn: spawn) else { throw TestFailure("no thread") }
        return timers
    }

    init(
        _ library: String, _ className: String, maxQueue: Int = 64,
        clock: @escaping @Sendable () -> Moment = Plugin.clock
    ) throws {
        _ = try FixtureEnvironment.folder()
        folder = try TemporaryFolder()
        let path = folder.file("\(library).so")
        try Self.copy(try Fixture.path(library), to: path)
        let environment = try Self.environment(maxQueue, events, clock, threads)
        loaded = try LoadedPlugin.load(path: path, className: className, in: environment)
    }

    /// Runs a class `Plugin` of Python's, whose text this is.
    init(python text: String, _ change: (inout PythonPlan) -> Void = { _ in }) throws {
        folder = try TemporaryFolder()
        let file = try Descriptor(
            unsafe open(folder.file("plug.py"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600), from: "open"
        )
        try file.write(Array(text.utf8), until: Deadline())
        file.close()
        let variables = try ["PATH=\(#require(variable("PATH")))", "PYTHONDONTWRITEBYTECODE=1"]
        var plan = PythonPlan(
            interpreter: try Self.interpreter(), module: "plug", className: "Plugin",
            arguments: ["universal-worker"], environment: variables, output: STDERR_FILENO)
        plan.directory = folder.path
        change(&plan)
        let environment = try Self.environment(64, events, Self.clock, threads)
        loaded = try LoadedPlugin.load(plan, in: environment)
    }

    private static func environment(
        _ maxQueue: Int, _ events: Events, _ clock: @escaping @Sendable () -> Moment,
        _ threads: Monitor<[String]>
    ) throws -> PluginEnvironment {
        PluginEnvironment(
            maxQueue: maxQueue, events: events, clock: clock, timers: try timers(),
            spawn: { name, body in
                threads.withLock { $0.append(name) }
                return spawn(name, body)
            })
    }

    /// The `python3` that is first on PATH.
    private static func interpreter() throws -> String {
        let folders = try #require(variable("PATH")).split(separator: ":")
        let paths = folders.map { "\($0)/python3" }
        return try #require(paths.first { unsafe access($0, X_OK) == 0 })
    }

    private static func copy(_ source: String, to target: String) throws {
        let input = try Descriptor(unsafe open(source, O_RDONLY | O_CLOEXEC), from: "open")
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let output = try Descriptor(unsafe open(target, flags, 0o700), from: "open")
        while true {
            let bytes = try input.read()
            if bytes.isEmpty { return }
            try output.write(bytes, until: Deadline())
        }
    }

    /// A gate for calls of this plugin.
    func gate(_ name: String = "gate") throws -> Gate { try Gate(in: folder, name) }

    /// Submits a call with `kwargs`; its outcome comes to the recorder.
    @discardableResult
    func submit(
        _ kind: CallKind = .execute, _ kwargs: String = "{}", to recorder: Recorder = Recorder(),
        requestID: String = "request", deadline: Moment? = nil
    ) throws -> Recorder {
        let refusal = try attempt(
            kind, kwargs, to: recorder, requestID: requestID, deadline: deadline)
        #expect(refusal == nil)
        return recorder
    }

    /// Submits a call, and says why it is not taken.
    func attempt(
        _ kind: CallKind, _ kwargs: String = "{}", to recorder: Recorder,
        requestID: String = "request", deadline: Moment? = nil
    ) throws -> CallRefusal? {
        var body = ByteBuffer()
        switch kind {
        case .execute, .stream:
            body.append("{\"args\":[1, \"two\"],\"kwargs\":\(kwargs)}")
            let parts = try JSON.parseCallBody(body)
            return loaded.submit(
                Call(
                    kind, body: body, args: parts.args, kwargs: parts.kwargs, requestID: requestID,
                    arrival: .zero, deadline: deadline, client: recorder))
        case .initialize, .cleanup, .endpoint:
            body.append(kwargs)
            let range = kind == .initialize ? try JSON.validate(body).range : nil
            return loaded.submit(
                Call(
                    kind, body: body, args: range, kwargs: nil, requestID: requestID,
                    arrival: .zero, deadline: deadline, client: recorder))
        }
    }

    /// Runs a call to its outcome.
    func run(_ kind: CallKind = .execute, _ kwargs: String = "{}") throws -> Outcome {
        try submit(kind, kwargs).outcome()
    }

    /// Executes a mode of the fixture to its outcome.
    func execute(_ mode: String, _ more: String = "") throws -> Outcome {
        try run(.execute, "{\"mode\":\"\(mode)\"\(more.isEmpty ? "" : ",")\(more)}")
    }

    /// Cancels everything, and waits for the answer.
    func cancelAll(_ detail: String = "stop") throws -> CancelAnswer {
        let answer = Monitor<CancelAnswer?>(nil)
        loaded.cancelAll(CallFailure(.cancelled, detail)) { given in answer.withLock { $0 = given }
        }
        guard let found = answer.wait(until: Deadline(), { $0 }) else {
            throw TestFailure("no answer to cancelAll")
        }
        return found
    }

    /// Closes, waits until nothing runs, and ends the plugin.
    func end(within milliseconds: Int = Deadline.patience) -> Bool {
        loaded.close(CallFailure(.unavailable, "closing"))
        return loaded.waitUntilIdle(until: moment(milliseconds))
            && loaded.end(until: moment(milliseconds))
    }
}

/// The moment so many milliseconds ahead.
func moment(_ milliseconds: Int) -> Moment {
    .now() + .milliseconds(UInt64(milliseconds))
}

/// A variable of this process.
private func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
}

/// Runs a class `Plugin` of Python's for `body`, and ends it properly.
func withPython(
    _ text: String, _ change: (inout PythonPlan) -> Void = { _ in }, _ body: (Plugin) throws -> Void
) throws {
    let plugin = try Plugin(python: text, change)
    defer {
        let isEnded = plugin.end()
        #expect(isEnded, "the plugin is idle and ends")
    }
    // The first job is the worker's own: what the class's requests take.
    try #require(plugin.loaded.waitUntilIdle(until: .now() + .seconds(60)))
    try body(plugin)
}

/// Loads a fixture for `body`, and ends it properly.
func withPlugin(
    _ library: String, _ className: String, maxQueue: Int = 64,
    clock: @escaping @Sendable () -> Moment = Plugin.clock, _ body: (Plugin) throws -> Void
) throws {
    let plugin = try Plugin(library, className, maxQueue: maxQueue, clock: clock)
    defer {
        let isEnded = plugin.end()
        #expect(isEnded, "the plugin is idle and ends")
    }
    try body(plugin)
}
