internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// What a plugin gets for `args` and `kwargs` that the client left out; never freed.
enum EmptyText {
    nonisolated(unsafe) static let array = unsafe make("[]")
    nonisolated(unsafe) static let object = unsafe make("{}")

    private static func make(_ text: StaticString) -> uw_text {
        unsafe uw_text(data: cString(text), length: text.utf8CodeUnitCount)
    }
}

extension Call {
    /// The whole body as the plugin sees it, likewise; NULL if there is none.
    var wholeText: uw_text {
        body.count == 0
            ? unsafe uw_text(data: nil, length: 0)
            : unsafe text(0..<body.count, orElse: EmptyText.object)
    }

    /// A part of the body as the plugin sees it; valid as long as the call is alive.
    func text(_ range: Range<Int>?, orElse empty: uw_text) -> uw_text {
        guard let range else { return unsafe empty }
        return unsafe body.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.advanced(by: range.lowerBound)
            return unsafe uw_text(
                data: start?.assumingMemoryBound(to: CChar.self), length: range.count)
        }
    }
}

/// The headers of a slot's call as the plugin sees them, valid until those of the next one.
///
/// Its memory is kept for the next call, unless it is large. Only by the executor that describes a call.
@safe struct HeaderTexts: ~Copyable {
    private var headers = unsafe UnsafeMutableBufferPointer<uw_header>(start: nil, count: 0)
    private var text = unsafe UnsafeMutableBufferPointer<CChar>(start: nil, count: 0)

    /// What is kept of texts and of headers, at most.
    private static let (keptText, keptHeaders) = (4_096, 32)

    /// Lays headers out in the plugin's form.
    mutating func lay(out fields: [HeaderField]) -> UnsafePointer<uw_header>? {
        let length = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        unsafe Self.make(room: fields.count, in: &headers, kept: Self.keptHeaders)
        unsafe Self.make(room: length, in: &text, kept: Self.keptText)
        var offset = 0
        for (index, field) in fields.enumerated() {
            let header = unsafe uw_header(
                name: add(field.name, &offset), value: add(field.value, &offset))
            unsafe headers.initializeElement(at: index, to: header)
        }
        return unsafe UnsafePointer(headers.baseAddress)
    }

    private static func make<Element: BitwiseCopyable>(
        room count: Int, in buffer: inout UnsafeMutableBufferPointer<Element>, kept: Int
    ) {
        guard buffer.count < count || buffer.count > kept else { return }
        unsafe buffer.deallocate()
        unsafe buffer = .allocate(capacity: max(count, min(kept, 2 * count)))
    }

    private func add(_ string: String, _ offset: inout Int) -> uw_text {
        let place = unsafe text.extracting(offset..<offset + string.utf8.count)
        offset += place.count
        unsafe string.utf8.span.withUnsafeBytes {
            unsafe UnsafeMutableRawBufferPointer(place).copyMemory(from: $0)
        }
        return unsafe uw_text(data: place.baseAddress, length: place.count)
    }

    deinit {
        unsafe headers.deallocate()
        unsafe text.deallocate()
    }
}
