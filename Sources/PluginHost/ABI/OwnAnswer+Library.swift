internal import CPluginGuard
internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore

extension OwnAnswer {
    /// Reads an answer that a plugin hands to `answer`.
    ///
    /// - Returns: the answer, or what is wrong with it; and the body, which is the plugin's.
    static func read(
        _ given: UnsafePointer<uw_answer>
    ) -> (Result<OwnAnswer, CallFailure>, body: UnsafeRawBufferPointer) {
        let nothing = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        let size = unsafe Int(given.pointee.struct_size)
        guard size >= Int(uwg_first_answer_size) else {
            return unsafe (
                refusal("a struct_size of \(size), expected at least \(uwg_first_answer_size)"),
                nothing
            )
        }
        let answer = unsafe prefix(of: given, size: size, as: uw_answer.self)
        guard let body = unsafe foreignText(answer.body.data, answer.body.length)
        else {
            return unsafe (refusal("a body of NULL that has a length"), nothing)
        }
        do throws(CallFailure) {
            return unsafe (.success(try unsafe OwnAnswer(answer)), body)
        } catch {
            return unsafe (.failure(error), body)
        }
    }

    private static func refusal(_ what: String) -> Result<OwnAnswer, CallFailure> {
        .failure(.misbehaviour("the plugin's answer has \(what)"))
    }

    /// - Throws: which status or header may not be sent.
    private init(_ answer: uw_answer) throws(CallFailure) {
        let status = unsafe answer.http_status
        guard (200...599).contains(status) else {
            throw .misbehaviour("the plugin's answer has the status \(status), not 200 to 599")
        }
        let count = unsafe answer.header_count
        guard (0...HeaderField.mostOwn).contains(count),
            unsafe count == 0 || answer.headers != nil
        else {
            throw .misbehaviour(
                "the plugin's answer has more than \(HeaderField.mostOwn) headers, or NULL for them"
            )
        }
        let given = unsafe UnsafeBufferPointer(start: answer.headers, count: count)
        var headers: [HeaderField] = []
        for index in 0..<count {
            headers.append(try unsafe Self.field(given[index]))
        }
        let length = headers.reduce(0) { $0 + $1.length }
        guard length <= HeaderField.longestOwn else {
            throw .misbehaviour(
                "the headers of the plugin's answer have \(length) bytes, more than "
                    + "\(HeaderField.longestOwn)")
        }
        let type = try unsafe Self.text(answer.content_type, "content_type")
        guard Self.isType(type) else {
            throw .misbehaviour(
                "the content_type of the plugin's answer is none: '\(type.prefix(300))'")
        }
        self.init(status: status, headers: headers, contentType: type.isEmpty ? nil : type)
    }

    private static func field(_ header: uw_header) throws(CallFailure) -> HeaderField {
        let field = HeaderField(
            name: try unsafe text(header.name, "the name of a header"),
            value: try unsafe text(header.value, "the value of a header"))
        guard Framing.isToken(field.name.utf8.span), Framing.isValue(field.value.utf8.span) else {
            throw .misbehaviour(
                "the plugin's answer has a header that is none: '\(field.name): \(field.value)'")
        }
        guard !field.isFraming else {
            throw .misbehaviour(
                "the plugin's answer has the header '\(field.name)', which is the worker's")
        }
        return field
    }

    private static func text(_ text: uw_text, _ what: String) throws(CallFailure) -> String {
        guard let bytes = unsafe foreignText(text.data, text.length) else {
            throw .misbehaviour("the plugin's answer has NULL with a length as \(what)")
        }
        return unsafe repairedString(bytes)
    }
}
