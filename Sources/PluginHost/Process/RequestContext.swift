internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// The line about a call's request that a runner gets which asks for it; see docs/process-plugins.md.
enum RequestContext {
    /// A JSON object in one line, with its end.
    static func line(for call: Call) -> [UInt8] {
        var text = ByteBuffer()
        text.append("{\"headers\":[")
        for (index, header) in call.headers.enumerated() {
            text.append(index == 0 ? "[" : ",[")
            text.appendJSONString(header.name)
            text.append(",")
            text.appendJSONString(header.value)
            text.append("]")
        }
        text.append("]")
        if let deadline = call.deadline {
            text.append(",\"deadline\":")
            text.append(String(deadline.nanoseconds))
        }
        text.append("}\n")
        return unsafe text.withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
