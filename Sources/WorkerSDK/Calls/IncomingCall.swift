internal import CWorkerPlugin
internal import FoundationEssentials

/// A call as the worker hands it over, copied: it stays valid for any time.
struct IncomingCall {
    let id: uw_call_id
    let args: Data
    let kwargs: Data
    let requestID: String

    init(_ call: UnsafePointer<uw_call>) {
        id = unsafe call.pointee.id
        args = unsafe Data(call.pointee.args)
        kwargs = unsafe Data(call.pointee.kwargs)
        requestID = unsafe String(decoding: Data(call.pointee.request_id), as: UTF8.self)
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

extension Data {
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
