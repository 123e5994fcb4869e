package import WorkerCore
internal import WorkerJSON

/// The head of an answer that a plugin words itself.
package struct OwnAnswer: Sendable {
    /// The HTTP status, 200 to 599.
    package let status: UInt32
    /// Headers beside those of the worker.
    package let headers: [HeaderField]
    /// The type of the body where the plugin says one; without, the body is JSON.
    package let contentType: String?

    /// Reads a frame `A`: a JSON object in one line, and a body behind it.
    ///
    /// Headers of framing are left out: how an answer is sent is not the plugin's to say.
    static func read(
        _ payload: UnsafeRawBufferPointer
    ) -> (OwnAnswer, body: UnsafeRawBufferPointer) {
        let end = unsafe payload.firstIndex(of: UInt8(ascii: "\n")) ?? payload.count
        let members = unsafe JSONMembers(UnsafeRawBufferPointer(rebasing: payload[..<end]))
        let status = members?.number("status").flatMap { UInt32(exactly: $0) } ?? 500
        let headers = members?.object("headers")
        let fields = (headers?.keys ?? []).compactMap { name in
            headers?.string(name).map { HeaderField(name: name, value: $0) }
        }
        let type = fields.first { $0.name.lowercased() == "content-type" }?.value
        let start = min(end + 1, payload.count)
        return (
            OwnAnswer(
                status: (200...599).contains(status) ? status : 500,
                headers: fields.filter { !$0.isFraming },
                contentType: type.flatMap { Framing.isValue($0.utf8Span.span) ? $0 : nil }),
            unsafe UnsafeRawBufferPointer(rebasing: payload[start...])
        )
    }

    /// Whether the body has to be JSON.
    var isJSON: Bool { contentType?.hasPrefix("application/json") ?? true }

    /// What the log says of a call that was answered so, where it failed.
    var failure: CallFailure {
        CallFailure(status == 409 ? .cancelled : .plugin, "the plugin has answered \(status)")
    }
}
