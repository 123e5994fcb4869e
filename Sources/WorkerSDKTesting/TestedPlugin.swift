public import CWorkerPlugin
internal import Foundation
internal import Synchronization
public import WorkerSDK

/// Runs a test with an instance of a class of plugins, which it ends as a worker does.
///
/// ```swift
/// @Test func greets() async throws {
///     try await withPlugin(Greeter.self) { greeter in
///         #expect(try await greeter.execute("Ada") == ["hello": "Ada"])
///     }
/// }
/// ```
///
/// - Parameters:
///   - type: The class. It is used through the C table that the SDK makes of it, as in a worker.
///   - patience: How many seconds a call may take.
///   - body: The test.
/// - Returns: What the test returns.
/// - Throws: What the test throws; `PluginError` if there is no instance; ``PluginFault``.
public func withPlugin<Result>(
    _ type: any PluginClass.Type, patience: Double = 60,
    _ body: (TestedPlugin) async throws -> Result
) async throws -> Result {
    try await unsafe withPlugin(
        named: String(describing: type), patience: patience,
        of: { unsafe Worker.export([type], $0, $1, $2, $3) }, body)
}

/// Runs a test with an instance of a class that a library's entry knows.
///
/// - Parameters:
///   - name: The name of the class.
///   - patience: How many seconds a call may take.
///   - entry: What the library exports as `uw_plugin_entry`.
///   - body: The test.
/// - Returns: What the test returns.
/// - Throws: What the test throws; `PluginError` if there is no such class or no instance; ``PluginFault``.
public func withPlugin<Result>(
    named name: String, patience: Double = 60,
    of entry: (WorkerHost, WorkerText, WorkerReply, WorkerTable) -> WorkerStatus,
    _ body: (TestedPlugin) async throws -> Result
) async throws -> Result {
    let plugin = try unsafe TestedPlugin(name, patience, entry)
    try await plugin.create()
    let result: Result
    do {
        result = try await body(plugin)
    } catch {
        try? await plugin.end()
        throw error
    }
    try await plugin.end()
    return result
}

/// An instance of a plugin under test.
///
/// Any thread. See ``withPlugin(_:patience:_:)``.
///
/// Calls of a `WorkerPlugin` come one after the other on one thread, those of the others beside each other.
@safe public final class TestedPlugin: @unchecked Sendable {
    /// The name of the class.
    public let name: String
    let patience: Double
    let shown: Shown
    private let own: UnsafePointer<uw_plugin>
    let table: uw_plugin
    let thread = CallThread()
    private let state = Mutex(State())

    /// What `create` made.
    @safe struct Instance: @unchecked Sendable { var pointer: UnsafeMutableRawPointer? }

    private struct State {
        var instance = Instance()
        var calls: [TestedCall] = []
    }

    /// Asks the entry for the table.
    init(
        _ name: String, _ patience: Double,
        _ entry: (WorkerHost, WorkerText, WorkerReply, WorkerTable) -> WorkerStatus
    ) throws {
        self.name = name
        self.patience = patience
        shown = Shown(name)
        TestHost.open(shown)
        let reply = Reply("uw_plugin_entry", shown)
        var own: UnsafePointer<uw_plugin>?
        let status = unsafe withText(name) {
            unsafe entry(TestHost.table, $0, TestHost.add(reply), &own)
        }
        let said = reply.end() ?? ""
        guard Int(status) == UW_OK, let own = unsafe own else {
            throw PluginError(.failed, "uw_plugin_entry answered \(status): \(said)")
        }
        unsafe self.own = unsafe own
        unsafe table = unsafe own.pointee
    }

    // MARK: - Life

    /// What `create` made.
    var instance: Instance { state.withLock { $0.instance } }

    func create() async throws {
        _ = try await ask("create", on: thread) { [self] _, reply in
            var instance: UnsafeMutableRawPointer?
            let status = unsafe table.create?(own, TestHost.table, reply, &instance)
            state.withLock { $0.instance = unsafe Instance(pointer: instance) }
            return status
        }
    }

    func end() async throws {
        let calls = state.withLock { $0.calls }
        for call in calls { try await call.waitUntilOver() }
        do { try await cleanUp() } catch is PluginError {}  // a worker ends all the same
        await thread.value { [self] in
            let instance = instance
            TestHost.$running.withValue(shown) { unsafe table.destroy?(instance.pointer) }
        }
        TestHost.forget(calls)
        state.withLock { $0.calls = [] }
        try shown.check()
    }

    // MARK: - Calls

    /// Runs `execute` to its end.
    ///
    /// - Parameters:
    ///   - args: The arguments by position.
    ///   - kwargs: The arguments by name.
    ///   - type: What to read the result as.
    /// - Returns: The result.
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func execute<Value: Decodable>(
        _ args: JSONValue..., kwargs: [String: JSONValue] = [:],
        as type: Value.Type = JSONValue.self
    ) async throws -> Value {
        try await start(TestedRequest(kind: .execute, args: args, kwargs: kwargs)).value(as: type)
    }

    /// Runs `executeStream` to its end.
    ///
    /// - Parameters:
    ///   - args: The arguments by position.
    ///   - kwargs: The arguments by name.
    /// - Returns: What was sent.
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func stream(
        _ args: JSONValue..., kwargs: [String: JSONValue] = [:]
    ) async throws -> [JSONValue] {
        var values: [JSONValue] = []
        for try await value in try start(TestedRequest(kind: .stream, args: args, kwargs: kwargs)) {
            values.append(value)
        }
        return values
    }

    /// Asks an endpoint of the plugin's own.
    ///
    /// - Parameters:
    ///   - method: GET or POST.
    ///   - path: From the slash on.
    ///   - body: The body, any bytes.
    /// - Returns: The answer; of a value one with the status 200.
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func request(
        _ method: EndpointMethod, _ path: String, body: some Sequence<UInt8> = []
    ) async throws -> Response {
        try await start(.endpoint(method, path, body: body)).response()
    }

    /// Starts a call, which may then be read, watched and cancelled.
    ///
    /// - Parameter request: What is asked.
    /// - Returns: The call, which runs.
    /// - Throws: ``PluginFault`` if the plugin has no such function or endpoint.
    public func start(_ request: TestedRequest) throws -> TestedCall {
        let (row, run) = try unsafe function(of: request)
        let call = TestHost.add { TestedCall($0, request.function, self) }
        let names = unsafe UnsafeBufferPointer(
            start: table.header_names, count: table.header_name_count
        )
        .compactMap { unsafe $0.map { unsafe String(cString: $0).lowercased() } }
        let texts = try unsafe CallTexts(
            request, number: call.number, headerNames: names, endpoint: row)
        state.withLock { $0.calls.append(call) }
        call.keep(texts)
        let isBeside = unsafe row.map { unsafe $0.pointee.runs == uw_run(UW_BESIDE_CALLS) } ?? false
        let isConcurrent = unsafe table.threading == uw_threading(UW_CONCURRENT)
        (isBeside || isConcurrent ? CallThread() : thread).run { [self] in
            let instance = instance
            let status = TestHost.$running.withValue(shown) {
                unsafe run(instance.pointer, UnsafePointer(texts.call))
            }
            call.returned(status)
        }
        if let timeout = request.timeout {
            Task {
                try? await Task.sleep(for: timeout)
                await call.passDeadline()
            }
        }
        return call
    }

    private typealias Run =
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<uw_call>) -> uw_status

    private func function(of request: TestedRequest) throws -> (UnsafePointer<uw_endpoint>?, Run) {
        if case .endpoint(let method, let path) = request.kind {
            let wanted = uw_method(method == .get ? UW_GET : UW_POST)
            for number in unsafe 0..<Int(table.endpoint_count) {
                guard let row = unsafe table.endpoints.map({ unsafe $0 + number }),
                    let handle = unsafe row.pointee.handle, let place = unsafe row.pointee.path
                else { continue }
                if unsafe row.pointee.method == wanted && String(cString: place) == path {
                    return unsafe (row, handle)
                }
            }
            throw PluginFault("\(name): there is no endpoint \(request.function)")
        }
        let run =
            switch request.kind {
            case .stream: unsafe table.execute_stream
            case .prefetch: unsafe table.prefetch
            default: unsafe table.execute
            }
        guard let run = unsafe run else {
            throw PluginFault("\(name): there is no \(request.function)")
        }
        return unsafe (nil, run)
    }

    // MARK: - Cancellation

    /// Whether calls can be cancelled.
    var supportsCancellation: Bool {
        unsafe table.cancel != nil || table.flags & UInt32(UW_POLLS_CANCELLED) != 0
    }

    func tellCancellation(of call: TestedCall) async {
        let number = call.number
        guard unsafe table.cancel != nil else { return }
        do {
            _ = try await ask("cancel", on: CallThread()) { [self] in
                let status = unsafe table.cancel?($0.pointer, number, $1)
                return status == uw_status(UW_STALE) ? uw_status(UW_OK) : status
            }
        } catch let fault as PluginFault {
            // Another function's perhaps, and told by its name.
            shown.fault(String(fault.description.dropFirst("\(name): ".count)))
        } catch {
            shown.fault("cancel: \(error)")
        }
    }

    // MARK: - What it shows

    /// The lines of its log, such as "warning: odd".
    public var log: [String] { shown.value.log }
    /// What it adds to GET /health; nil for nothing.
    public var health: JSONValue? { try? shown.value.health?.value(as: JSONValue.self) }
    /// What it adds to GET /stats; nil for nothing.
    public var statistics: JSONValue? { try? shown.value.statistics?.value(as: JSONValue.self) }
    /// Why it is not fit for calls; nil if it is.
    public var notReady: String? { shown.value.notReady }
    /// How often it has said that its configuration changed.
    public var configurationChanges: Int { shown.value.configurationChanges }
    /// The values of its metrics, by names such as `images_total{model=tiny}`; of a histogram the sum.
    public var metrics: [String: Double] { shown.value.metrics }
}
