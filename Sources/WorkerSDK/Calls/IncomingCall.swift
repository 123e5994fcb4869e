internal import CWorkerPlugin
internal import FoundationEssentials

/// A call as the worker hands it over; copied, but for the arguments, which are read before the worker's
/// function returns.
struct IncomingCall {
    let id: uw_call_id
    let args: Data
    let kwargs: Data
    let requestID: String
    let body: Data
    let headers: [(name: String, value: String)]
    /// In nanoseconds of CLOCK_MONOTONIC; the greatest number for never.
    let deadline: UInt64
    /// The number of the endpoint that is asked.
    let endpoint: Int?

    init(_ call: UnsafePointer<uw_call>) {
        id = unsafe call.pointee.id
        args = unsafe Data(borrowing: call.pointee.args)
        kwargs = unsafe Data(borrowing: call.pointee.kwargs)
        body = unsafe Data(call.pointee.body)
        deadline = unsafe call.pointee.deadline
        endpoint = unsafe (call.pointee.endpoint?.pointee.context).map { Int(bitPattern: $0) - 1 }
        let given = unsafe UnsafeBufferPointer(
            start: call.pointee.headers, count: call.pointee.header_count)
        headers = unsafe given.map { header in
            unsafe (String(header.name), String(header.value))
        }
        requestID = unsafe String(call.pointee.request_id)
    }

    /// Reads the arguments.
    ///
    /// - Throws: ``PluginError`` that names the parameter.
    func arguments<Arguments: Decodable>(_ type: Arguments.Type) throws -> Arguments {
        try JSONText.decode(["args": args, "kwargs": kwargs]) { parts in
            try ArgumentRouter(
                args: parts.superDecoder(forKey: NameKey("args")),
                kwargs: parts.superDecoder(forKey: NameKey("kwargs"))
            ).arguments(type)
        }
    }
}

extension String {
    /// Copies a text of the ABI.
    fileprivate init(_ text: uw_text) {
        self = unsafe String(decoding: Data(text), as: UTF8.self)
    }
}

extension Data {
    /// A text of the ABI, which stays the worker's.
    fileprivate init(borrowing text: uw_text) {
        guard let start = unsafe text.data else {
            self.init()
            return
        }
        unsafe self.init(
            bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: text.length,
            deallocator: .none)
    }

    /// Copies a text of the ABI.
    init(_ text: uw_text) {
        guard let start = unsafe text.data else {
            self.init()
            return
        }
        // UW_NTS, the greatest size_t, is -1 here.
        if unsafe text.length == -1 {
            unsafe self.init(String(cString: start).utf8)
        } else {
            unsafe self.init(bytes: start, count: text.length)
        }
    }
}
