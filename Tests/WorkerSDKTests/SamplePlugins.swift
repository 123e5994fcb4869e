import Foundation
import Synchronization
import WorkerSDK

struct Greeter: WorkerPlugin {
    struct Configuration: PluginConfiguration {
        struct Style: PluginConfiguration {
            var loud = false
            var marks = 1
        }
        var greeting = "Hello"
        var factor = 1.0
        var limit: Int?
        var style = Style(loud: false, marks: 2)
        var tags = ["a"]
    }
    struct Options: Decodable {
        var rate: Int?
        var rates: [Double]?
    }
    struct Arguments: Decodable {
        var name: String
        var times: Int?
        var options: Options?
    }

    static let version = "1.2.3"
    private var configuration = Configuration()
    private var calls = 0

    mutating func initialize(_ configuration: Configuration) throws {
        if configuration.greeting.isEmpty { throw PluginError(.invalidArgument, "be polite") }
        self.configuration = configuration
    }

    mutating func execute(_ arguments: Arguments, call: CallContext) throws -> String {
        calls += 1
        let names = Array(repeating: arguments.name, count: arguments.times ?? 1)
        return "\(configuration.greeting) \(names.joined(separator: " "))"
    }

    mutating func cleanup() throws {
        if calls == 0 { throw PluginError(.unavailable, "nothing to clean") }
    }
}

struct Counter: WorkerPlugin {
    struct Arguments: Decodable { var count: Int }
    struct Line: Codable, Equatable { var n: Int }

    static let name = "The Counter"
    static let version = "2"
    static let threading = Threading.affine

    func execute(_ arguments: Arguments, call: CallContext) -> some Encodable {
        ["count": arguments.count]
    }

    func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Line>, call: CallContext
    ) throws {
        for n in 1...arguments.count {
            try stream.write(Line(n: n))
            call.reportProgress(Double(n) / Double(arguments.count), "line \(n)")
        }
    }
}

/// Fails in the way that its argument names.
final class Failing: WorkerPlugin {
    struct Plain: Error { var code = 7 }
    struct Described: LocalizedError { var errorDescription: String? { "the disk is full" } }
    struct Told: Error, CustomStringConvertible { var description: String { "told so" } }

    static let version = "1"
    static let supportsCancellation = false

    func execute(_ how: String, call: CallContext) throws {
        switch how {
        case "plain": throw Plain()
        case "described": throw Described()
        case "told": throw Told()
        case "cancelled": throw CancellationError()
        case "invalid": throw PluginError(.invalidArgument, "bad")
        case "unavailable": throw PluginError(.unavailable, "later")
        case "deadline": throw PluginError(.deadline, "late")
        case "unsupported": throw PluginError(.unsupported, "never")
        case "fatal": throw PluginError(.fatal, "broken")
        default: break
        }
    }
}

/// Returns what it is told to.
struct Returning: ConcurrentWorkerPlugin {
    enum Value: Encodable {
        case nothing
        case wrong
        case optional(Int?)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .nothing: try container.encodeNil()
            case .wrong: try container.encode(["deep": [1, Double.nan]])
            case .optional(let value): try container.encode(value)
            }
        }
    }

    static let version = "1"
    static let maximumConcurrency = 3

    func execute(_ what: [String: Int], call: CallContext) throws -> Value {
        if what["wrong"] != nil { return .wrong }
        return what.isEmpty ? .nothing : .optional(what["value"])
    }
}

/// Waits in a task until it is cancelled, or returns at once.
struct Waiting: AsyncWorkerPlugin {
    struct Arguments: Decodable { var wait: Bool? }

    static let version = "1"
    static let maximumConcurrency = 4

    func execute(_ arguments: Arguments, call: CallContext) async throws -> Int? {
        call.reportProgress(nil)
        if arguments.wait == true { try await Self.cancellation() }
        return nil
    }

    func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<String>, call: CallContext
    ) async throws {
        for text in ["a/b", "c"] { try await stream.write(text) }
    }

    private static func cancellation() async throws {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        defer { continuation.finish() }
        for await _ in stream {}
        try Task.checkCancellation()
    }
}
