import Glibc
import TestSupport
import Testing
import WorkerCore
import WorkerHTTP
import WorkerThreads

/// What a test changes of a server's options.
struct Settings {
    var maxBuffered = 4 << 20
    var largeBody = 256 << 10
    var streamBuffer = 256 << 10
    var readerWindow = TimeSpan.seconds(30)
    var heartbeat: Heartbeat?
    var endpoints = EndpointTable()
    /// What the HTTP thread does first.
    var beforeTurns: @Sendable () -> Void = {}
}

/// A server on a loopback socket of this process.
final class RunningServer: Sendable {
    let service = FakeService()
    let server: Server
    let client: HTTPClient
    let port: UInt16
    /// The names of the threads that were asked for.
    let threads = Monitor<[String]>([])
    private let listener: Listener
    /// Servers live as long as the process, as the worker's does: calls that end late need them.
    private static let all = Monitor<[Server]>([])

    init(_ settings: Settings = Settings()) throws {
        listener = try Listener()
        port = listener.port
        var options = ServerOptions(
            listeners: [.init(listener.descriptor.raw, isShared: true)],
            policy: AccessPolicy(hosts: [], origins: [], port: listener.port), processID: 42,
            pluginName: .text("Fake \"plugin\""), pluginVersion: .text("1.2"), maxBody: 1 << 20,
            budget: Budget(limit: settings.maxBuffered), clock: Moment.now
        )
        options.largeBody = settings.largeBody
        options.readerWindow = settings.readerWindow
        options.streamBuffer = settings.streamBuffer
        options.heartbeat = settings.heartbeat
        options.endpoints = settings.endpoints
        let threads = threads
        let made = Server(options, service: service) { name, body in
            threads.withLock { $0.append(name) }
            startThread {
                if name == "uw-http" { settings.beforeTurns() }
                body()
            }
            return true
        }
        guard let server = made else { throw TestFailure("no descriptor is left") }
        self.server = server
        Self.all.withLock { $0.append(server) }
        client = HTTPClient(.tcp(port))
        let isServing = server.start()
        guard isServing else { throw TestFailure("the server does not start") }
    }

    /// Waits until no connection is parked any more.
    func waitUntilNothingWaits() throws { try waitUntil(isWaiting: false) }

    /// Waits until a connection is parked: a moment after its call has been submitted.
    func waitUntilOneWaits() throws { try waitUntil(isWaiting: true) }

    private func waitUntil(isWaiting: Bool) throws {
        let deadline = Deadline()
        while server.isWaiting != isWaiting {
            if deadline.hasPassed { throw TestFailure("parked connections: not \(isWaiting)") }
            sched_yield()
        }
    }

    /// Closes the listening socket, which is this object's again after a stop.
    func closeListener() { listener.descriptor.close() }

    /// Takes no more connections, and ends all.
    func stop() throws {
        server.quiesce()
        try waitUntilNothingWaits()
        server.stop()
    }
}

/// Serves for `body`, and stops properly.
func withServer(
    _ settings: Settings = Settings(), _ body: (RunningServer) throws -> Void
) throws {
    let server = try RunningServer(settings)
    do {
        try body(server)
    } catch {
        // What a failed test has left parked cannot be stopped: libmicrohttpd would abort.
        if !server.server.isWaiting { try server.stop() }
        throw error
    }
    try server.stop()
}
