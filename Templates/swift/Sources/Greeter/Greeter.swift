import Glibc
import WorkerSDK

/// Greets once, or again and again, until its client wants no more.
struct Greeter: WorkerPlugin {
    /// What POST /initialize sets, and GET /config shows.
    struct Configuration: PluginConfiguration {
        var greeting = "Hello"
        /// Milliseconds between the lines of a stream.
        var pause = 100
    }

    /// What a call is given, by name or by position.
    struct Arguments: Decodable {
        var who: String
        var times: Int?
    }

    struct Greeting: Encodable, Equatable {
        var greeting: String
    }

    static let version = "0.1"

    static let configurationSchema: JSONValue = [
        "type": "object",
        "properties": [
            "greeting": [
                "type": "string", "default": "Hello", "description": "The word before the name.",
            ],
            "pause": [
                "type": "integer", "minimum": 0, "maximum": 1_000, "default": 100,
                "description": "Milliseconds between the lines of a stream.",
            ],
        ],
        "additionalProperties": false,
    ]

    private var configuration = Configuration()

    mutating func initialize(_ configuration: Configuration) throws {
        // What this throws refuses the configuration, and the former one stays.
        guard 0...1_000 ~= configuration.pause else {
            throw PluginError(.invalidArgument, "pause: expected a number from 0 to 1000")
        }
        self.configuration = configuration
    }

    func execute(_ arguments: Arguments, call: CallContext) throws -> Greeting {
        Greeting(greeting: "\(configuration.greeting), \(arguments.who)!")
    }

    func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Greeting>, call: CallContext
    ) throws {
        let times = arguments.times ?? 3
        guard 0...1_000 ~= times else {
            throw PluginError(.invalidArgument, "times: expected a number from 0 to 1000")
        }
        for line in 0..<times {
            if line > 0 { try pause(call) }
            // Waits while the client is slow, and throws if it wants no more.
            try stream.write(execute(arguments, call: call))
            call.reportProgress(Double(line + 1) / Double(times))
        }
    }

    /// Waits, but not for a call that is to stop, for which it throws.
    private func pause(_ call: CallContext) throws {
        let end = ContinuousClock.now + .milliseconds(configuration.pause)
        while ContinuousClock.now < end {
            try call.checkCancellation()
            usleep(1_000)
        }
        try call.checkCancellation()
    }
}
