internal import CPluginProcess
private import Glibc
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// One end of a socketpair over which frames go to and from a runner.
///
/// Blocking. One thread at a time receives, one at a time sends; both may be at it at once.
@safe final class FrameSocket: @unchecked Sendable {
    /// The connection has ended, or what came over it is no frame.
    enum Failure: Error, Equatable {
        /// The other side has closed its end, or has died.
        case closed
        /// A frame is longer than any may be, or memory for it cannot be had.
        case tooLong(Int)
    }

    let descriptor: Int32
    /// What has come and is not yet handed out; the receiver's.
    private var incoming: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// Room for what comes; frames that fit are handed out from it without another copy.
    private static let room = 64 << 10
    /// The longest frame on control, in bytes: what a plugin may show of itself, and words of an error.
    private static let longestOnControl = 16 << 20

    /// Takes over a connected stream socket.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        unsafe incoming = .allocate(byteCount: Self.room, alignment: 16)
    }

    deinit {
        close(descriptor)
        unsafe incoming.deallocate()
    }

    /// Makes two sockets that are connected with each other; nil where no descriptor is left.
    ///
    /// The corresponding C function is `socketpair`.
    static func pair() -> (ours: FrameSocket, theirs: Int32)? {
        var ends: [Int32] = [-1, -1]
        let type = Int32(bitPattern: SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { return nil }
        return (FrameSocket(ends[0]), ends[1])
    }

    /// Ends both directions: the other side reads the end, and a thread that waits here wakes.
    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Ends the direction to the other side, which reads the end; what it still sends can be read.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    // MARK: - Sending

    /// Sends a frame whose payload is made of at most seven parts, one behind the other.
    func send(
        _ kind: FrameKind, flags: UInt8 = 0, lane: UInt16 = 0, call: UInt64 = 0,
        _ parts: [UnsafeRawBufferPointer]
    ) throws(Failure) {
        var runs = unsafe [uwp_bytes()]
        var length = 0
        for index in unsafe parts.indices {
            let part = unsafe parts[index]
            length += part.count
            unsafe runs.append(uwp_bytes(data: part.baseAddress, length: part.count))
        }
        guard length <= FrameHead.longestPayload else { throw .tooLong(length) }
        let head = FrameHead(kind, flags: flags, lane: lane, call: call, length: length)
        let failure = unsafe withUnsafeTemporaryAllocation(
            byteCount: FrameHead.size, alignment: 8
        ) { bytes in
            unsafe head.write(to: bytes)
            unsafe runs[0] = uwp_bytes(data: bytes.baseAddress, length: bytes.count)
            return unsafe uwp_send(descriptor, runs, runs.count)
        }
        if failure != 0 { throw .closed }
    }

    /// Sends what the socket takes without waiting of a frame's bytes.
    ///
    /// - Returns: how many it has taken.
    func sendNow(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Int {
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        let count = unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
        if count < 0, errno != EAGAIN, errno != EINTR { throw .closed }
        return max(count, 0)
    }

    /// Sends the rest of a frame, and waits until the socket has taken it.
    func send(rest: ArraySlice<UInt8>) throws(Failure) {
        let failure = unsafe rest.withUnsafeBytes { bytes in
            unsafe uwp_send(
                descriptor, [uwp_bytes(data: bytes.baseAddress, length: bytes.count)], 1)
        }
        if failure != 0 { throw .closed }
    }

    // MARK: - Receiving

    /// What of the next frame is there.
    enum Arrival: Equatable {
        case nothing
        /// Its head, but not all of its payload.
        case part(FrameHead)
        /// All of it: `receive` does not wait.
        case whole(FrameHead)
        /// The other side has closed its end, or has died.
        case closed
    }

    /// Says what of the next frame is there, or comes by one look at the socket; never waits.
    func arrival() -> Arrival {
        let known = buffered
        if case .whole = known { return known }
        makeRoom(Self.room)
        let free = unsafe UnsafeMutableRawBufferPointer(rebasing: incoming[end...])
        guard unsafe !free.isEmpty else { return known }
        let count = unsafe recv(descriptor, free.baseAddress, free.count, Int32(MSG_DONTWAIT))
        guard count > 0 else {
            return count < 0 && (errno == EAGAIN || errno == EINTR) ? known : .closed
        }
        end += count
        return buffered
    }

    private var buffered: Arrival {
        guard end - start >= FrameHead.size else { return .nothing }
        let head = unsafe FrameHead(UnsafeRawBufferPointer(rebasing: incoming[start...]))
        return end - start >= FrameHead.size + Int(head.length) ? .whole(head) : .part(head)
    }

    /// Whether a frame, or a part of one, can be had without waiting for longer than some milliseconds.
    func isReadable(within milliseconds: UInt64) -> Bool {
        end > start || Poll.wait(descriptor, until: .now() + .milliseconds(milliseconds))
    }

    /// Waits for a frame, and lends its payload.
    func receive<Result>(
        _ body: (FrameHead, UnsafeRawBufferPointer) -> Result
    ) throws(Failure) -> Result {
        try fill(FrameHead.size)
        let head = unsafe FrameHead(UnsafeRawBufferPointer(rebasing: incoming[start...]))
        let length = Int(head.length)
        guard length <= FrameHead.longestPayload else { throw .tooLong(length) }
        if FrameHead.size + length <= Self.room {
            try fill(FrameHead.size + length)
            let payload = unsafe UnsafeRawBufferPointer(
                rebasing: incoming[(start + FrameHead.size)..<(start + FrameHead.size + length)])
            defer { start += FrameHead.size + length }
            return unsafe body(head, payload)
        }
        start += FrameHead.size
        return try unsafe receiveLong(head, length, body)
    }

    /// Lends each frame that is there, and waits for none.
    ///
    /// - Returns: false where the connection has ended, or carries what is no frame of a fitting length.
    func receiveWhatIsThere(_ body: (FrameHead, UnsafeRawBufferPointer) -> Void) -> Bool {
        while true {
            while end - start >= FrameHead.size {
                let head = unsafe FrameHead(UnsafeRawBufferPointer(rebasing: incoming[start...]))
                let size = FrameHead.size + Int(head.length)
                guard size <= Self.longestOnControl else { return false }
                guard end - start >= size else {
                    if unsafe size > incoming.count { resize(size) }
                    break
                }
                let payload = unsafe UnsafeRawBufferPointer(
                    rebasing: incoming[(start + FrameHead.size)..<(start + size)])
                start += size
                unsafe body(head, payload)
            }
            if start == end, unsafe incoming.count > Self.room { resize(Self.room) }
            unsafe makeRoom(incoming.count)
            let free = unsafe UnsafeMutableRawBufferPointer(rebasing: incoming[end...])
            let count = unsafe recv(
                descriptor, free.baseAddress, free.count, Int32(MSG_DONTWAIT))
            guard count > 0 else {
                return count < 0 && (errno == EAGAIN || errno == EINTR)
            }
            end += count
        }
    }

    /// Receives a payload that does not fit into the room for what comes.
    private func receiveLong<Result>(
        _ head: FrameHead, _ length: Int, _ body: (FrameHead, UnsafeRawBufferPointer) -> Result
    ) throws(Failure) -> Result {
        guard let memory = unsafe malloc(length) else { throw .tooLong(length) }
        defer { unsafe free(memory) }
        let payload = unsafe UnsafeMutableRawBufferPointer(start: memory, count: length)
        let there = min(end - start, length)
        unsafe payload.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: incoming[start..<(start + there)]))
        start += there
        var count = there
        while count < length {
            count += try unsafe read(
                into: UnsafeMutableRawBufferPointer(rebasing: payload[count...]))
        }
        return unsafe body(head, UnsafeRawBufferPointer(payload))
    }

    /// Waits until so many bytes have come.
    private func fill(_ needed: Int) throws(Failure) {
        makeRoom(needed)
        while end - start < needed {
            end += try unsafe read(into: UnsafeMutableRawBufferPointer(rebasing: incoming[end...]))
        }
    }

    /// Moves what is there to the front where so many bytes would not fit behind it.
    private func makeRoom(_ needed: Int) {
        guard start > 0, unsafe needed > incoming.count - start else { return }
        unsafe incoming.copyMemory(from: UnsafeRawBufferPointer(rebasing: incoming[start..<end]))
        (start, end) = (0, end - start)
    }

    /// Changes how many bytes there is room for; what is there stays.
    private func resize(_ size: Int) {
        let changed = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        unsafe changed.copyMemory(from: UnsafeRawBufferPointer(rebasing: incoming[start..<end]))
        unsafe incoming.deallocate()
        unsafe incoming = changed
        (start, end) = (0, end - start)
    }

    private func read(into bytes: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        guard let start = bytes.baseAddress else { return 0 }
        let count = unsafe uwp_receive(descriptor, start, bytes.count)
        guard count > 0 else { throw .closed }
        return count
    }
}
