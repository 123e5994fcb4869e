import Synchronization
import WorkerSDK

// The plugins of docs/sdk.md, whose code stands here word by word.

struct Painter: WorkerPlugin {
    enum Style: String, Codable { case plain, bold }

    struct Configuration: PluginConfiguration {
        var style = Style.plain
        var width = 40
    }

    struct Arguments: Decodable {
        var text: String
        var times: Int?
    }

    static let version = "1.0"

    static let configurationSchema: JSONValue = [
        "type": "object",
        "properties": [
            "style": ["type": "string", "enum": ["plain", "bold"], "default": "plain"],
            "width": ["type": "integer", "minimum": 1, "maximum": 200, "default": 40],
        ],
        "additionalProperties": false,
    ]

    private var configuration = Configuration()

    mutating func initialize(_ configuration: Configuration) throws {
        guard 1...200 ~= configuration.width else {
            throw PluginError(.invalidArgument, "width: expected a number from 1 to 200")
        }
        self.configuration = configuration
    }

    func execute(_ arguments: Arguments, call: CallContext) throws -> [String] {
        try (0..<(arguments.times ?? 1)).map { number in
            try call.checkCancellation()
            call.reportProgress(Double(number) / Double(arguments.times ?? 1), "line \(number)")
            return line(arguments.text)
        }
    }

    func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<String>, call: CallContext
    ) throws {
        for _ in 0..<(arguments.times ?? 1) { try stream.write(line(arguments.text)) }
    }

    private func line(_ text: String) -> String {
        let line = String(text.prefix(configuration.width))
        return configuration.style == .bold ? line.uppercased() : line
    }
}

final class Counting: ConcurrentWorkerPlugin {
    static let version = "1.0"
    static let maximumConcurrency = 8

    private let calls = Mutex(0)

    func execute(_ arguments: NoArguments, call: CallContext) throws -> Int {
        calls.withLock { calls in
            calls += 1
            return calls
        }
    }
}

struct Ticking: AsyncWorkerPlugin {
    struct Arguments: Decodable, Sendable { var count: Int }
    struct Tick: Encodable { var number: Int }

    static let version = "1.0"

    func execute(_ arguments: Arguments, call: CallContext) async throws -> Tick {
        try await Task.sleep(for: .milliseconds(10))
        return Tick(number: arguments.count)
    }

    func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Tick>, call: CallContext
    ) async throws {
        for number in 0..<arguments.count {
            try await Task.sleep(for: .milliseconds(10))
            try await stream.write(Tick(number: number))
        }
    }
}

final class Archive: ConcurrentWorkerPlugin, EndpointPlugin {
    struct Page: Codable { var title: String }

    static let version = "1.0"
    static let maximumConcurrency = 4
    static let requestHeaders = ["Accept-Language"]

    private let pages = Mutex<[Page]>([])
    private let added = try? Worker.counter("pages_added_total", "Pages added.")

    static var endpoints: [Endpoint<Archive>] {
        [
            .post("/pages", taking: Page.self) { archive, page, _ in
                archive.pages.withLock { $0.append(page) }
                archive.added?.add()
                try Worker.showHealth(["pages": archive.pages.withLock { $0.count }])
                return try Response(page, status: 201)
            },
            .beside(.get, "/pages") { archive, _ in archive.pages.withLock { $0 } },
        ]
    }

    func execute(_ arguments: NoArguments, call: CallContext) throws -> String {
        call.header("accept-language") ?? "none"
    }
}
