internal import CWorkerPlugin
internal import WorkerCore

/// The headers of a slot's call as the plugin sees them, valid until those of the next one.
///
/// Only by the executor that describes a call.
@safe struct HeaderTexts: ~Copyable {
    private var headers = unsafe UnsafeMutableBufferPointer<uw_header>(start: nil, count: 0)
    private var text = unsafe UnsafeMutableBufferPointer<CChar>(start: nil, count: 0)

    /// Lays headers out in the plugin's form.
    mutating func lay(out fields: [HeaderField]) -> UnsafePointer<uw_header>? {
        if unsafe headers.count > 0 {
            unsafe headers.deallocate()
            unsafe text.deallocate()
        }
        let length = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        unsafe headers = .allocate(capacity: fields.count)
        unsafe text = .allocate(capacity: length)
        var offset = 0
        for (index, field) in fields.enumerated() {
            let header = unsafe uw_header(
                name: add(field.name, &offset), value: add(field.value, &offset))
            unsafe headers.initializeElement(at: index, to: header)
        }
        return unsafe UnsafePointer(headers.baseAddress)
    }

    private func add(_ string: String, _ offset: inout Int) -> uw_text {
        let start = offset
        for byte in string.utf8 {
            unsafe text[offset] = CChar(bitPattern: byte)
            offset += 1
        }
        return unsafe uw_text(
            data: text.baseAddress.map { unsafe $0 + start }, length: offset - start)
    }

    deinit {
        unsafe headers.deallocate()
        unsafe text.deallocate()
    }
}
