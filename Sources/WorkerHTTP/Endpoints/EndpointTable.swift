internal import WorkerCore

/// All endpoints: the worker's own, and what is added while the worker starts.
package struct EndpointTable: Sendable {
    /// The worker's own, in the order of docs/http.md: one more is one more row, with its renderer.
    private static let own: [Endpoint] = [
        Endpoint(
            "/", "The page for browsers", .text, as: ContentType.html, withoutToken: .page,
            .snapshot { _ in .page() }),
        Endpoint(
            "/docs", "This document, for people", .text, as: ContentType.html, withoutToken: .page,
            .snapshot { _ in .page() }),
        Endpoint("/openapi.json", "This document", .object, .snapshot { .apiDocument($0) }),
        Endpoint(
            "/health", "Who the worker is, and how it is", .health, withoutToken: .answer,
            .kept { $0.health() }),
        Endpoint(
            "/health/live", "Whether the process answers", .status, withoutToken: .answer,
            .snapshot { _ in .live }),
        Endpoint(
            "/health/ready", "Whether calls are taken and get done; 503 if not", .status,
            withoutToken: .answer, .snapshot { .ready($0.service.health.readiness) }),
        Endpoint("/calls", "The calls that run and wait", .calls, .kept { $0.calls() }),
        Endpoint(
            "/stats", "Processor time and memory", .stats,
            .exchange { exchange, _ in
                exchange.server.readUsage(for: exchange)
                return nil
            }),
        Endpoint(
            "/metrics", "Metrics for Prometheus", .text, as: ContentType.metrics,
            .exchange { exchange, _ in
                exchange.server.readMetrics(for: exchange)
                return nil
            }),
        Endpoint(
            "/config_schema", "The schema of the plugin's configuration", .object,
            needsPlugin: true, .snapshot { .document($0.service.configSchema) }),
        Endpoint(
            "/config", "The configuration in force", .object, needsPlugin: true,
            .snapshot { .document($0.service.currentConfig) }),
        Endpoint(
            "/progress", "How far the newest call is", .progress,
            .snapshot { .progress($0.service.progress) }),
        Endpoint(
            "/progress/{id}", "How far one call is", .progress,
            .exchange { $0.progress(id: $1) }),
        .call(
            .initialize, at: "/initialize", summary: "Has the plugin take a configuration",
            result: .status, body: .value),
        .call(.execute, at: "/execute", summary: "Runs the plugin, for one result", body: .call),
        .call(
            .stream, at: "/execute_stream", summary: "Runs the plugin, for a result a line",
            body: .call,
            as: ContentType.lines),
        Endpoint(
            "/cancel", "Cancels all calls", .status, methods: .post,
            .exchange { exchange, _ in exchange.cancelAll() }),
        Endpoint(
            "/cancel/{id}", "Cancels one call", .status, methods: .post,
            .exchange { $0.cancel(id: $1) }),
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
