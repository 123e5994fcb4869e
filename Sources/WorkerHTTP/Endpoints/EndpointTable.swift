internal import WorkerCore

/// All endpoints: the worker's own, and what is added while the worker starts.
package struct EndpointTable: Sendable {
    /// The worker's own, in the order of docs/http.md: one more is one more row, with its renderer.
    private static let own: [Endpoint] = [
        .get(
            "/", "The page for browsers", .text, as: ContentType.html, withoutToken: .page
        ) { _ in .page() },
        .get(
            "/docs", "This document, for people", .text, as: ContentType.html, withoutToken: .page
        ) { _ in .page() },
        .get("/openapi.json", "This document", .object) { .apiDocument($0) },
        .kept(
            "/health", "Who the worker is, and how it is", .health, withoutToken: .answer
        ) { $0.health() },
        .get(
            "/health/live", "Whether the process answers", .status, withoutToken: .answer
        ) { _ in .live },
        .get(
            "/health/ready", "Whether calls are taken and get done; 503 if not", .status,
            withoutToken: .answer
        ) { .ready($0.service.health.readiness) },
        .kept("/calls", "The calls that run and wait", .calls) { $0.calls() },
        .exchange(.get, "/stats", "Processor time and memory", .stats) { exchange, _ in
            exchange.server.readUsage(for: exchange)
            return nil
        },
        .exchange(.get, "/metrics", "Metrics for Prometheus", .text, as: ContentType.metrics) {
            exchange, _ in
            exchange.server.readMetrics(for: exchange)
            return nil
        },
        .document("/config_schema", "The schema of the plugin's configuration") {
            .document($0.service.configSchema)
        },
        .document("/config", "The configuration in force") {
            .document($0.service.currentConfig)
        },
        .get("/progress", "How far the newest call is", .progress) {
            .progress($0.service.progress)
        },
        .exchange(.get, "/progress/{id}", "How far one call is", .progress) {
            $0.progress(id: $1)
        },
        .call(
            .initialize, at: "/initialize", summary: "Has the plugin take a configuration",
            result: .status, body: .value),
        .call(.execute, at: "/execute", summary: "Runs the plugin, for one result", body: .call),
        .call(
            .stream, at: "/execute_stream", summary: "Runs the plugin, for a result a line",
            body: .call,
            as: ContentType.lines),
        .exchange(.post, "/cancel", "Cancels all calls", .status) { exchange, _ in
            exchange.cancelAll()
        },
        .exchange(.post, "/cancel/{id}", "Cancels one call", .status) { $0.cancel(id: $1) },
        .call(
            .cleanup, at: "/cleanup", summary: "Has the plugin give back what it holds",
            result: .status, body: .ignored),
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
    var labels: [(path: String, isCall: Bool)] { rows.map { ($0.path, $0.kind != nil) } }

    /// The rows by path, each path where it came first.
    var paths: [(path: String, rows: [Endpoint])] {
        rows.reduce(into: []) { paths, row in
            if let known = paths.firstIndex(where: { $0.path == row.path }) {
                paths[known].rows.append(row)
            } else {
                paths.append((row.path, [row]))
            }
        }
    }

    /// The row of a number that `route` has given.
    subscript(_ row: Int) -> Endpoint { rows[row] }

    /// What becomes of a request.
    func route(_ method: Method, _ path: Span<UInt8>) -> Route { router.route(method, path) }
}
