import CWorkerPlugin
import Synchronization
import WorkerSDK

/// What a function of a plugin answered: its status and the text that it left.
struct Answer: Equatable, CustomStringConvertible {
    var status: Int
    var text: String?
    var description: String { "\(status) \(text ?? "-")" }

    init(_ status: Int?, _ text: String? = nil) {
        self.status = status ?? -1
        self.text = text
    }
}

/// A class of plugins with one instance, driven through its C table as the worker does.
@safe final class LoadedPlugin: @unchecked Sendable {
    private let table: uw_plugin
    let created: Answer
    private let instance: UnsafeMutableRawPointer?

    /// Asks for a class by name.
    static func ask(
        _ name: String, of classes: [any PluginClass.Type],
        _ host: UnsafePointer<uw_host> = unsafe FakeHost.table
    ) -> (answer: Answer, table: UnsafePointer<uw_plugin>?) {
        var table: UnsafePointer<uw_plugin>?
        let answer = answering { reply in
            unsafe withText(name) { unsafe Worker.export(classes, host, $0, reply, &table) }
        }
        return unsafe (answer, table)
    }

    init?(_ type: any PluginClass.Type) {
        guard let table = unsafe Self.ask(String(describing: type), of: [type]).table else {
            return nil
        }
        unsafe self.table = unsafe table.pointee
        var instance: UnsafeMutableRawPointer?
        created = Self.answering {
            unsafe table.pointee.create?(table, FakeHost.table, $0, &instance) ?? -1
        }
        unsafe self.instance = unsafe instance
    }

    /// The threading, the number of calls at once, and the flags that the table declares.
    var declared: [UInt32] { unsafe [table.threading, table.max_concurrency, table.flags] }
    var name: String? { unsafe table.name.map { unsafe String(cString: $0) } }
    var version: String? { unsafe table.version.map { unsafe String(cString: $0) } }
    var abi: [UInt32] { unsafe [table.abi_major, table.abi_minor, table.struct_size] }
    var hasCancel: Bool { unsafe table.cancel != nil }

    deinit {
        if unsafe instance != nil { unsafe table.destroy?(instance) }
    }

    func initialize(_ configuration: String) -> Answer {
        Self.answering { reply in
            unsafe Self.withText(configuration) {
                unsafe table.initialize?(instance, $0, reply) ?? -1
            }
        }
    }

    func schema() -> Answer {
        Self.answering { unsafe table.config_schema?(instance, $0) ?? -1 }
    }

    func bodySchemas() -> Answer {
        Self.answering { unsafe table.body_schemas?(instance, $0) ?? -1 }
    }

    func configuration() -> Answer {
        Self.answering { unsafe table.current_config?(instance, $0) ?? -1 }
    }

    func cleanUp() -> Answer {
        Self.answering { unsafe table.cleanup?(instance, $0) ?? -1 }
    }

    func cancel(_ call: uw_call_id) -> Answer {
        if call != 0 { FakeHost.change(call) { $0.isCancelled = true } }
        return Self.answering { unsafe table.cancel?(instance, call, $0) ?? -1 }
    }

    /// Runs a call and returns what it left; of an asynchronous one, what it has left so far.
    @discardableResult
    func execute(
        _ args: String = "[]", _ kwargs: String = "{}", stream: Bool = false,
        call id: uw_call_id = FakeHost.number(), _ prepare: (inout Record) -> Void = { _ in }
    ) -> (returned: Int, record: Record) {
        FakeHost.change(id, prepare)
        let returned = unsafe Self.withText(args) { args in
            unsafe Self.withText(kwargs) { kwargs in
                unsafe Self.withText("request-\(id)") { name in
                    var call = unsafe uw_call(
                        struct_size: UInt32(MemoryLayout<uw_call>.size), reserved: 0, id: id,
                        args: args, kwargs: kwargs, request_id: name, endpoint: nil,
                        body: args, deadline: .max, headers: nil, header_count: 0)
                    let run = unsafe stream ? table.execute_stream : table.execute
                    return unsafe run?(instance, &call) ?? -1
                }
            }
        }
        return (Int(returned), FakeHost.call(id))
    }

    /// Runs a call and returns how it ended.
    func answer(_ args: String = "[]", _ kwargs: String = "{}") -> Answer {
        let record = execute(args, kwargs).record
        return Answer(record.status, record.text)
    }

    private static func answering(_ body: (uw_reply) -> uw_status) -> Answer {
        let reply = FakeHost.number()
        let status = body(reply)
        return Answer(Int(status), FakeHost.state.withLock { $0.replies[reply] })
    }

    private static func withText<Result>(_ text: String, _ body: (uw_text) -> Result) -> Result {
        var text = text
        return text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) {
                unsafe body(uw_text(data: $0.baseAddress, length: $0.count))
            }
        }
    }
}
