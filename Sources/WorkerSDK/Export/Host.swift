internal import CWorkerPlugin
internal import FoundationEssentials

/// The worker's table of functions; each is called through one method here, from any thread.
///
/// The table outlives the plugin, which is why a copy of this may be kept anywhere.
@safe struct Host: @unchecked Sendable {
    let table: UnsafePointer<uw_host>

    init(_ table: UnsafePointer<uw_host>) {
        unsafe self.table = unsafe table
    }

    /// Leaves the text that goes with a status; the worker copies it.
    func reply(_ reply: uw_reply, _ text: some ContiguousBytes) {
        _ = unsafe text.withCharacters { unsafe table.pointee.reply(reply, $0, $1) }
    }

    /// Sends one JSON value of a stream, and waits while the client is slower.
    func emit(_ call: uw_call_id, _ json: Data) -> uw_status {
        unsafe json.withCharacters { unsafe table.pointee.emit(call, $0, $1) }
    }

    /// Tells how far a call is: a fraction from 0 to 1, or -1 for an unknown extent.
    func progress(_ call: uw_call_id, _ fraction: Double, _ message: String) {
        _ = unsafe message.bytes.withCharacters {
            unsafe table.pointee.progress(call, fraction, $0, $1)
        }
    }

    /// Whether a call is to stop, or has ended.
    func isCancelled(_ call: uw_call_id) -> Bool {
        unsafe table.pointee.is_cancelled(call) != 0
    }

    /// Ends a call with its result or its message; nil leaves the text out.
    func finish(_ call: uw_call_id, _ status: uw_status, _ text: Data?) {
        guard let text else {
            _ = unsafe table.pointee.finish(call, status, nil, 0)
            return
        }
        _ = unsafe text.withCharacters { unsafe table.pointee.finish(call, status, $0, $1) }
    }

    /// Ends a call with an answer of the plugin's own.
    func answer(_ call: uw_call_id, _ response: Response) {
        var texts = LentTexts()
        let headers = response.headers.map { (texts.add($0.name.utf8), texts.add($0.value.utf8)) }
        let type = texts.add((response.contentType ?? "").utf8)
        let body = texts.add(response.body)
        unsafe texts.lend { text in
            let fields = unsafe headers.map {
                unsafe uw_header(name: text($0.0), value: text($0.1))
            }
            unsafe fields.withUnsafeBufferPointer { fields in
                var answer = unsafe uw_answer(
                    struct_size: UInt32(MemoryLayout<uw_answer>.size),
                    http_status: UInt32(clamping: response.status), content_type: text(type),
                    body: text(body), headers: fields.baseAddress, header_count: fields.count)
                _ = unsafe table.pointee.answer(call, &answer)
            }
        }
    }

    /// Shows further members in /health.
    func showHealth(_ json: Data) -> uw_status {
        unsafe json.withCharacters { unsafe table.pointee.show_health($0, $1) }
    }

    /// Shows further members in /stats.
    func showStats(_ json: Data) -> uw_status {
        unsafe json.withCharacters { unsafe table.pointee.show_stats($0, $1) }
    }

    /// Says that the plugin is fit for calls, or why not.
    func setReady(_ reason: String?) {
        _ = unsafe (reason ?? "").bytes.withCharacters {
            unsafe table.pointee.set_ready(reason == nil ? 1 : 0, $0, $1)
        }
    }

    /// Writes one line to the worker's log.
    func log(_ level: uw_log_level, _ text: String) {
        unsafe text.bytes.withCharacters { unsafe table.pointee.log(level, $0, $1) }
    }

    /// Says that the configuration in force has changed by itself.
    func configurationChanged() {
        unsafe table.pointee.config_changed()
    }
}

/// Texts in one run of bytes, so that they are lent once, each by its place.
struct LentTexts {
    private var bytes = Data()

    mutating func add(_ text: some Sequence<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: text)
        return start..<bytes.count
    }

    /// Lends them as texts of the ABI, which are valid in the body only.
    @unsafe func lend<Result>(_ body: ((Range<Int>) -> uw_text) -> Result) -> Result {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe body { place in
                let start = unsafe bytes.baseAddress.map { unsafe $0 + place.lowerBound }
                return unsafe uw_text(
                    data: start?.assumingMemoryBound(to: CChar.self), length: place.count)
            }
        }
    }
}

extension ContiguousBytes {
    /// Lends the bytes as C text, which is valid in the body only.
    @unsafe fileprivate func withCharacters<Result>(
        _ body: (UnsafePointer<CChar>?, Int) -> Result
    ) -> Result {
        unsafe withUnsafeBytes { bytes in
            unsafe body(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }
}

extension String {
    /// The text in UTF-8.
    var bytes: Data { Data(utf8) }
}
