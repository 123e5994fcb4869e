internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// A call of a client as the runner gets it: frame `X`, `S` or `U`.
struct CallFrame {
    let call: Call
    /// The hook that it is, if it is one.
    let hook: LifecycleHook?
    private let endpoint: PluginEndpoint?
    private let wish: RunnerBridge.Introduction

    init(
        _ call: Call, as wish: RunnerBridge.Introduction, _ endpoints: [PluginEndpoint]
    ) {
        self.call = call
        self.wish = wish
        var hook: LifecycleHook?
        if case .endpoint(let index, _) = call.kind {
            endpoint = endpoints[index]
            if case .hook(let asked) = endpoints[index].target { hook = asked }
        } else {
            endpoint = nil
        }
        self.hook = hook
    }

    /// Sends it, and waits until the socket has taken all of it.
    func send(_ number: UInt64, over socket: FrameSocket) throws(FrameSocket.Failure) {
        try unsafe withPayload { kind, flags, parts throws(FrameSocket.Failure) in
            try unsafe socket.send(kind, flags: flags, call: number, parts)
        }
    }

    /// Lends the kind of the frame, its flags, and its payload in parts, one behind the other.
    func withPayload<Failure: Error>(
        _ body: (FrameKind, UInt8, [UnsafeRawBufferPointer]) throws(Failure) -> Void
    ) throws(Failure) {
        guard wish.wantsContext else { return try unsafe withPayload(0, [], body) }
        let context = RequestContext.line(for: call)
        var result: Result<Void, Failure> = .success(())
        unsafe context.withUnsafeBytes { bytes in
            do throws(Failure) {
                try unsafe withPayload(FrameFlag.context, [bytes], body)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    private func withPayload<Failure: Error>(
        _ flags: UInt8, _ context: [UnsafeRawBufferPointer],
        _ body: (FrameKind, UInt8, [UnsafeRawBufferPointer]) throws(Failure) -> Void
    ) throws(Failure) {
        if let endpoint {
            let request = EndpointRequest(call, endpoint)
            return try unsafe request.withParts { parts throws(Failure) in
                try unsafe body(.endpoint, flags, context + parts)
            }
        }
        let kind: FrameKind = call.kind == .stream ? .stream : .execute
        defer { extendLifetime(call) }
        if wish.hello.wantsWhole {
            let whole = unsafe call.bytes(0..<call.body.count, orElse: EmptyText.object)
            return try unsafe body(kind, flags | FrameFlag.whole, context + [whole])
        }
        let args = unsafe call.bytes(call.args, orElse: EmptyText.array)
        let kwargs = unsafe call.bytes(call.kwargs, orElse: EmptyText.object)
        try unsafe body(kind, flags, context + [Self.open, args, Self.comma, kwargs, Self.close])
    }

    nonisolated(unsafe) private static let open = unsafe constant("[")
    nonisolated(unsafe) private static let comma = unsafe constant(",")
    nonisolated(unsafe) private static let close = unsafe constant("]")
}

extension Call {
    /// The bytes of a text in its body; they live as long as the call.
    func bytes(_ range: Range<Int>?, orElse empty: uw_text) -> UnsafeRawBufferPointer {
        let text = unsafe text(range, orElse: empty)
        return unsafe UnsafeRawBufferPointer(start: text.data, count: text.length)
    }
}

/// The bytes of a text, which is never freed.
private func constant(_ text: StaticString) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
}
