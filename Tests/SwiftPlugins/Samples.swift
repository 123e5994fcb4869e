import Synchronization
import WorkerSDK

/// Keeps books, one call at a time; what runs beside calls sees a copy.
struct Shelf: WorkerPlugin, EndpointPlugin, PrefetchingPlugin, ReconfigurablePlugin,
    EnablingPlugin, ConfigurationOptionsPlugin
{
    struct Configuration: PluginConfiguration {
        var label = "none"
        var limit = 3
    }
    struct Book: Codable { var title: String }
    struct Arguments: Decodable { var what: String? }
    struct Envelope: Decodable { var tenant: String? }

    static let version = "1"
    static let requestHeaders = ["TraceParent"]

    private var configuration = Configuration()
    private var books: [String] = []

    static var endpoints: [Endpoint<Shelf>] {
        [
            .get("/books") { shelf, _ in shelf.books },
            .post("/books", taking: Book.self) { shelf, book, call in
                shelf.books.append(book.title)
                return try Response(
                    book, status: 201, headers: ["X-Trace": call.header("traceparent") ?? "none"])
            },
            .post("/burn", runs: .alone) { shelf, call in
                shelf.books = []
                return call.body.count
            },
            .beside(.get, "/label") { shelf, _ in ["label": shelf.configuration.label] },
            .beside(.post, "/shout") { call in
                Response(text: String(decoding: call.body, as: UTF8.self).uppercased())
            },
        ]
    }

    mutating func initialize(_ configuration: Configuration) throws {
        self.configuration = configuration
        try Worker.showHealth(["label": configuration.label])
        if configuration.limit == 0 { Worker.setNotReady("no room") } else { Worker.setReady() }
    }

    mutating func execute(_ arguments: Arguments, call: CallContext) throws -> Response {
        switch arguments.what {
        case "bad": return Response(bytes: [], as: nil, status: 99)
        case "time": return try Response((call.timeLeft ?? .zero) > .seconds(50))
        default:
            let tenant = try call.body(as: Envelope.self).tenant
            return try Response(
                ["tenant": tenant, "trace": call.header("TRACEPARENT")], status: 202)
        }
    }

    mutating func prefetch(call: CallContext) throws { books.append("fetched") }

    mutating func reconfigure(from old: Configuration, to new: Configuration) throws {
        guard new.limit >= old.limit else { throw PluginError(.failed, "it does not shrink") }
        configuration = new
    }

    func onEnable() throws {}

    func onDisable() throws { throw PluginError(.unavailable, "it is read from") }

    func configurationOptions() throws -> [String: [String]] {
        ["label": [configuration.label, "b"]]
    }
}

/// Lends books to several at once; it is one object, which what runs beside calls sees too.
final class Library: ConcurrentWorkerPlugin, EndpointPlugin {
    static let version = "1"
    static let maximumConcurrency = 2

    private let lent = Mutex(0)

    static var endpoints: [Endpoint<Library>] {
        [
            .post("/lend") { library, _ in
                library.lent.withLock { lent in
                    lent += 1
                    return lent
                }
            },
            .beside(.get, "/lent") { library, _ in library.lent.withLock { $0 } },
        ]
    }

    func execute(_ arguments: NoArguments, call: CallContext) throws -> Int { lent.withLock { $0 } }
}

/// Answers in tasks.
struct Crowd: AsyncWorkerPlugin, EndpointPlugin {
    static let version = "1"

    static var endpoints: [Endpoint<Crowd>] {
        [
            .get("/wait") { _, call in
                call.reportProgress(0.25, "waiting")
                let (stream, continuation) = AsyncStream<Never>.makeStream()
                defer { continuation.finish() }
                for await _ in stream {}
                try Task.checkCancellation()
                return 1
            },
            .post("/sum", taking: [Int].self) { _, numbers, _ in
                await Task.yield()
                return numbers.reduce(0, +)
            },
        ]
    }

    func execute(_ arguments: NoArguments, call: CallContext) async throws -> Int { 1 }
}

/// Has nothing of its own.
struct Plain: WorkerPlugin {
    static let version = "1"

    func execute(_ arguments: NoArguments, call: CallContext) throws -> Int { 1 }
}

/// Declares what may not be.
struct Wrong: WorkerPlugin, EndpointPlugin {
    static let version = "1"

    static var endpoints: [Endpoint<Wrong>] { [.get("no/slash") { _, _ in 1 }] }

    func execute(_ arguments: NoArguments, call: CallContext) throws -> Int { 1 }
}
