internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

extension OwnAnswer {
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
                contentType: type.flatMap { isType($0) ? $0 : nil }),
            unsafe UnsafeRawBufferPointer(rebasing: payload[start...])
        )
    }
}
