internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// A request for an endpoint as the runner gets it (frame `U`), and what its answer means.
struct EndpointRequest {
    /// Which endpoint, in one line; for a hook also its arguments.
    private var head: [UInt8]
    private let call: Call
    private let hasBody: Bool

    init(_ call: Call, _ endpoint: PluginEndpoint) {
        self.call = call
        switch endpoint.target {
        case .row(let number):
            head = Array("{\"endpoint\":\(number)}\n".utf8)
            hasBody = call.body.count > 0
        case .hook(let hook):
            head = Array("{\"hook\":\"\(hook.rawValue)\"}\n".utf8)
            hasBody = false
            guard hook == .reconfigure else { return }
            do throws(CallBodyError) {
                let texts = try Self.configurations(in: call).joined(separator: ",".utf8)
                head += [UInt8(ascii: "[")] + texts + [UInt8(ascii: "]")]
            } catch {
                let line = ByteBuffer(
                    object: "{\"hook\":\"reconfigure\",\"problem\":",
                    endingWith: error.description)
                head = unsafe line.withUnsafeBytes { unsafe Array($0) } + [UInt8(ascii: "\n")]
            }
        }
    }

    /// The old and the new configuration; null for what the body does not have.
    static func configurations(in call: Call) throws(CallBodyError) -> [ArraySlice<UInt8>] {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSON.validate(call.body)
        } catch {
            throw .invalid(error)
        }
        guard document.root == .object else { throw .notAReconfiguration(found: document.root) }
        let members = unsafe call.body.withUnsafeBytes { bytes in
            unsafe JSONMembers(UnsafeRawBufferPointer(rebasing: bytes[document.range]))
        }
        return ["old_config", "new_config"].map { members?.json($0) ?? Array("null".utf8)[...] }
    }

    /// Lends the payload in parts, one behind the other.
    func withParts<Failure: Error>(
        _ body: ([UnsafeRawBufferPointer]) throws(Failure) -> Void
    ) throws(Failure) {
        var result: Result<Void, Failure> = .success(())
        unsafe head.withUnsafeBytes { head in
            unsafe call.body.withUnsafeBytes { bytes in
                do throws(Failure) {
                    try unsafe body(hasBody ? [head, bytes] : [head])
                } catch {
                    result = .failure(error)
                }
            }
        }
        try result.get()
    }

    /// What a frame says of how such a request ended; nil where it has not.
    static func outcome(
        _ head: FrameHead, _ payload: UnsafeRawBufferPointer, _ hook: LifecycleHook?
    ) -> CallOutcome? {
        if let hook, let text = wording(of: head, for: hook) { return .worded(text) }
        switch FrameKind(rawValue: head.kind) {
        case .result: return unsafe json(payload)
        case .error:
            let failure = failure(
                of: head.status, text: unsafe repairedString(payload),
                in: "endpoint")
            return hook?.outcome(of: failure) ?? .failure(failure)
        case .answer:
            let (own, body) = unsafe OwnAnswer.read(payload)
            if unsafe own.isJSON && !body.isEmpty { return unsafe json(body, own) }
            var bytes = ByteBuffer()
            guard unsafe bytes.append(body) else { return .failure(.noMemoryForAnswer) }
            return .answer(own, bytes)
        case .cancelled: return .failure(CallFailure(.cancelled, "The call was cancelled"))
        default: return nil
        }
    }

    private static func json(
        _ text: UnsafeRawBufferPointer, _ own: OwnAnswer? = nil
    ) -> CallOutcome {
        var bytes = ByteBuffer()
        do throws(JSONAppendError) {
            _ = try unsafe bytes.appendJSON(text, as: .value)
        } catch {
            return .failure(.refusedJSON("the plugin's answer is not JSON", error))
        }
        if let own { return .answer(own, bytes) }
        return .value(bytes)
    }

    /// What a hook is answered that has gone well, or that the plugin lacks, if the worker words that.
    private static func wording(of head: FrameHead, for hook: LifecycleHook) -> String? {
        switch FrameKind(rawValue: head.kind) {
        case .result: hook.wording(of: uw_status(UW_OK))
        case .error: hook.wording(of: head.status)
        default: nil
        }
    }
}
