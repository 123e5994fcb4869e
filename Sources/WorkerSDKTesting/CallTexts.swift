internal import CWorkerPlugin
internal import Foundation
internal import WorkerSDK

/// The `uw_call` of a call and its texts, which the plugin may use until its end.
@safe final class CallTexts: @unchecked Sendable {
    let call: UnsafeMutablePointer<uw_call>
    private var texts: [UnsafeMutableBufferPointer<CChar>] = unsafe []
    private let headers: UnsafeMutableBufferPointer<uw_header>

    init(
        _ request: TestedRequest, number: UInt64, headerNames: [String],
        endpoint: UnsafePointer<uw_endpoint>?
    ) throws {
        let isCall = unsafe endpoint == nil
        let args = try JSONEncoder().encode(request.args)
        let kwargs = try JSONEncoder().encode(request.kwargs)
        var whole = Data(#"{"args":"#.utf8)
        whole.append(args)
        whole.append(Data(#","kwargs":"#.utf8))
        whole.append(kwargs)
        whole.append(Data("}".utf8))
        let given = request.headers.map { (name: $0.key.lowercased(), value: $0.value) }
            .filter { headerNames.contains($0.name) }
        unsafe call = .allocate(capacity: 1)
        unsafe headers = .allocate(capacity: given.count)
        for (place, header) in given.enumerated() {
            unsafe headers.initializeElement(
                at: place,
                to: uw_header(name: lend(header.name.utf8), value: lend(header.value.utf8)))
        }
        unsafe call.initialize(
            to: uw_call(
                struct_size: UInt32(MemoryLayout<uw_call>.size), reserved: 0, id: number,
                args: lend(isCall ? args : Data()), kwargs: lend(isCall ? kwargs : Data()),
                request_id: lend("test-\(number)".utf8), endpoint: endpoint,
                body: lend(request.body ?? [UInt8](isCall ? whole : Data())),
                deadline: request.timeout.map { Self.moment(after: $0) } ?? .max,
                headers: UnsafePointer(headers.baseAddress), header_count: given.count))
    }

    deinit {
        for place in unsafe texts.indices { unsafe texts[place].deallocate() }
        unsafe headers.deallocate()
        unsafe call.deallocate()
    }

    /// Copies a text, without a NUL behind it.
    private func lend(_ bytes: some Collection<UInt8>) -> uw_text {
        let text = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
        for (place, byte) in bytes.enumerated() { unsafe text[place] = CChar(bitPattern: byte) }
        unsafe texts.append(text)
        return unsafe uw_text(data: UnsafePointer(text.baseAddress), length: text.count)
    }

    /// A moment of CLOCK_MONOTONIC, in nanoseconds.
    private static func moment(after time: Duration) -> UInt64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
            + UInt64(time / .nanoseconds(1))
    }
}
