internal import WorkerCore

/// All endpoints: the worker's own, and what is added while the worker starts.
package struct EndpointTable: Sendable {
    /// The worker's own, in the order of docs/http.md: one more is one more row, with its renderer.
    private static let own: [Endpoint] = [
        .get("/", as: ContentType.html) { _ in .pageDocument() },
        .get("/page.css", as: ContentType.style) { _ in .pageStyle() },
        .get("/page.js", as: ContentType.script) { _ in .pageScript() },
        .get("/health") { $0.health() },
        .get("/health/live") { _ in .live },
        .get("/health/ready") { .ready($0.service.health.readiness) },
        .get("/calls") { $0.calls() },
        .exchange(.get, "/stats") { exchange, _ in exchange.readUsage() },
        .exchange(.get, "/metrics", as: ContentType.metrics) { exchange, _ in
            exchange.readMetrics()
        },
        .document("/config_schema") { .document($0.service.configSchema) },
        .document("/config") { .document($0.service.currentConfig) },
        .get("/progress") { .progress($0.service.progress) },
        .exchange(.get, "/progress/{id}") { $0.progress(id: $1) },
        .call(.initialize, at: "/initialize", body: .value),
        .call(.execute, at: "/execute", body: .call),
        .call(.stream, at: "/execute_stream", body: .call, as: ContentType.lines),
        .exchange(.post, "/cancel") { exchange, _ in exchange.cancelAll() },
        .exchange(.post, "/cancel/{id}") { $0.cancel(id: $1) },
        .call(.cleanup, at: "/cleanup", body: .ignored),
    ]

    private var rows: [Endpoint] = []
    private var router = Router()

    /// Makes the table of the worker's own endpoints.
    package init() {
        for row in Self.own {
            let isNew = insert(row)
            precondition(isNew, "\(row.path) stands in the table twice")
        }
    }

    /// Adds a row; false where another one answers one of its methods at its path, or where that is
    /// one of the worker's own, whatever the method.
    package mutating func add(_ row: Endpoint) -> Bool {
        let isOwn = Self.own.contains { own in
            guard own.path.hasSuffix(Router.id) else { return own.path == row.path }
            return row.path.hasPrefix(own.path.dropLast(Router.id.count))
        }
        return !isOwn && insert(row)
    }

    private mutating func insert(_ row: Endpoint) -> Bool {
        guard router.add(rows.count, at: row.path, row.methods) else { return false }
        rows.append(row)
        return true
    }

    /// How many rows there are.
    var count: Int { rows.count }

    /// The rows as labels of metrics name them.
    var labels: [Scrape.Endpoint] {
        rows.map { Scrape.Endpoint(path: $0.path, isCall: $0.kind != nil) }
    }

    /// The row of a number that `route` has given.
    subscript(_ row: Int) -> Endpoint { rows[row] }

    /// What becomes of a request.
    func route(_ method: Method, _ path: Span<UInt8>) -> Route { router.route(method, path) }
}
