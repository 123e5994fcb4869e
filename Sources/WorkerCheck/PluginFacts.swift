internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// What a plugin says of itself.
struct PluginFacts {
    let className: String
    let name: String
    let version: String
    /// Its declaration, as the log of the worker has it.
    let declaration: JSONMembers
    let schema: String
    let configuration: String

    var isPython: Bool { abi == nil }
    var abi: String? { declaration.string("abi") }
    var threading: String? { declaration.string("threading") }
    var concurrency: Int { Int(declaration.number("concurrency") ?? 1) }
    var isCancellable: Bool { declaration.json("cancellable")?.first == UInt8(ascii: "t") }
    var functions: [String] { declaration.strings("functions") ?? [] }
    var hasStream: Bool { functions.contains("execute_stream") }
    var endpoints: [[String]] { declaration.rows("endpoints") ?? [] }
    var hooks: [String] { declaration.strings("hooks") ?? [] }

    /// Asks a worker that has just been started, until a moment; nil where it does not say.
    init?(of worker: CheckedWorker, className: String, until deadline: Moment) {
        let ask = { (path: String) -> HTTPAnswer? in
            let pending = worker.ask(Request(method: "GET", path: path), until: deadline)
            guard case .answered(let answer)? = pending?.wait(until: deadline) else { return nil }
            return answer
        }
        // The line is written before the first answer, and read by another thread.
        while worker.records.all.declaration == nil, Moment.now() < deadline {
            pause(.milliseconds(1))
        }
        guard let health = ask("/health").flatMap({ JSONMembers($0.body) }),
            let schema = ask("/config_schema"), let configuration = ask("/config"),
            let declaration = worker.records.all.declaration
        else { return nil }
        self.className = className
        self.declaration = declaration
        name = health.text("name")
        version = health.text("version")
        self.schema = schema.body
        self.configuration = configuration.body
    }

    /// The facts as the members of a JSON object.
    var json: String {
        let names = [
            "abi", "threading", "concurrency", "cancellable", "functions", "endpoints", "hooks",
        ]
        var members = [
            "\"class\":\(JSON.quoted(className))", "\"name\":\(JSON.quoted(name))",
            "\"version\":\(JSON.quoted(version))",
        ]
        members += names.compactMap { name in
            declaration.json(name).map { "\"\(name)\":\(String(decoding: $0, as: UTF8.self))" }
        }
        members += ["\"config_schema\":\(schema)", "\"config\":\(configuration)"]
        return "{\(members.joined(separator: ","))}"
    }
}

extension JSONMembers {
    /// A member of any kind as text; a Python plugin's name need not be a string.
    fileprivate func text(_ key: String) -> String {
        string(key) ?? json(key).map { String(decoding: $0, as: UTF8.self) } ?? "unknown"
    }
}
