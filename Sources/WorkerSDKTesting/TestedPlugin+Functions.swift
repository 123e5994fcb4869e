internal import CWorkerPlugin
internal import Foundation
public import WorkerSDK

/// What clients ask of a plugin beside calls: the functions of its table.
extension TestedPlugin {
    /// POST /initialize.
    ///
    /// - Parameter configuration: What the client sends.
    /// - Throws: `PluginError` if it is refused, and ``PluginFault``.
    public func initialize(_ configuration: some Encodable & Sendable) async throws {
        let text = String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
        _ = try await ask("initialize", on: thread) { [self] instance, reply in
            unsafe withText(text) { unsafe table.initialize?(instance.pointer, $0, reply) }
        }
    }

    /// POST /cleanup; the end of the test does it too.
    ///
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func cleanUp() async throws {
        _ = try await unsafe ask("cleanup", \.cleanup, on: thread)
    }

    /// What GET /config shows.
    ///
    /// - Parameter type: What to read it as.
    /// - Returns: The configuration.
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func configuration<Value: Decodable>(as type: Value.Type = JSONValue.self) async throws
        -> Value
    {
        try await unsafe document("current_config", \.current_config, on: thread).value(as: type)
    }

    /// What GET /config_schema shows.
    ///
    /// - Returns: The schema.
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func configurationSchema() async throws -> JSONValue {
        try await unsafe document("config_schema", \.config_schema, on: thread).value(
            as: JSONValue.self)
    }

    /// What GET /openapi.json has of the bodies of requests, by path.
    ///
    /// - Returns: The schemas.
    /// - Throws: `PluginError` and ``PluginFault``.
    public func bodySchemas() async throws -> JSONValue {
        try await unsafe document("body_schemas", \.body_schemas, on: thread).value(
            as: JSONValue.self)
    }

    // MARK: - Hooks

    /// POST /prefetch.
    ///
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func prefetch() async throws { _ = try await start(.prefetch).end() }

    /// POST /reconfigure.
    ///
    /// - Parameters:
    ///   - old: What the client takes for the configuration in force.
    ///   - new: What is to be in force.
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func reconfigure(
        from old: some Encodable & Sendable, to new: some Encodable & Sendable
    ) async throws {
        let former = String(decoding: try JSONEncoder().encode(old), as: UTF8.self)
        let next = String(decoding: try JSONEncoder().encode(new), as: UTF8.self)
        _ = try await ask("reconfigure", on: thread) { [self] instance, reply in
            unsafe withText(former) { former in
                unsafe withText(next) {
                    unsafe table.reconfigure?(instance.pointer, former, $0, reply)
                }
            }
        }
    }

    /// POST /on_enable, beside what runs.
    ///
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func enable() async throws {
        _ = try await unsafe ask("on_enable", \.on_enable, on: CallThread())
    }

    /// POST /on_disable, beside what runs.
    ///
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func disable() async throws {
        _ = try await unsafe ask("on_disable", \.on_disable, on: CallThread())
    }

    /// GET /config_options, beside what runs.
    ///
    /// - Returns: The options.
    /// - Throws: `PluginError`, as the client gets it, and ``PluginFault``.
    public func configurationOptions() async throws -> JSONValue {
        try await unsafe document("config_options", \.config_options, on: CallThread())
            .value(as: JSONValue.self)
    }

    // MARK: - Asking

    /// A function of the table that takes an instance alone.
    private typealias Question = any KeyPath<
        uw_plugin, (@convention(c) (UnsafeMutableRawPointer?, uw_reply) -> uw_status)?
    > & Sendable

    private func document(
        _ name: String, _ question: Question, on thread: CallThread
    ) async throws -> JSONText {
        let text = try await unsafe ask(name, question, on: thread)
        guard let json = JSONText(text) else {
            throw PluginFault("\(self.name): \(name): not JSON: \(text ?? "no text")")
        }
        return json
    }

    private func ask(
        _ name: String, _ question: Question, on thread: CallThread
    ) async throws -> String? {
        try await ask(name, on: thread) { [self] in
            unsafe table[keyPath: question]?($0.pointer, $1)
        }
    }

    func ask(
        _ function: String, on thread: CallThread,
        _ body: @escaping @Sendable (Instance, uw_reply) -> uw_status?
    ) async throws -> String? {
        let reply = Reply(function, shown)
        let status = await thread.value { [self] in
            let number = TestHost.add(reply)
            let instance = instance
            return TestHost.$running.withValue(shown) { body(instance, number) }
        }
        let text = reply.end()
        try shown.check()
        guard let status else { throw PluginError(.unsupported, "there is no \(function)") }
        if Int(status) == UW_OK { return text }
        guard let kind = PluginError.Kind(status) else {
            throw PluginFault(
                "\(name): \(function): answered the status \(status), which it may not")
        }
        throw PluginError(kind, text ?? "")
    }
}

/// Lends a text in UTF-8.
func withText<Result>(_ text: String, _ body: (uw_text) -> Result) -> Result {
    var text = text
    return text.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) {
            unsafe body(uw_text(data: $0.baseAddress, length: $0.count))
        }
    }
}
