internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// A call on its way over a lane, which is its own until its end.
///
/// One thread at a time has it: an executor, which waits; or the thread of the loop, which never does
/// and hands it to an executor as soon as something would have to be waited for.
final class LaneCall: @unchecked Sendable {
    let lane: Lane
    private let slot: CallSlot
    private let handle: uw_call_id
    private let number: UInt64
    private let frame: CallFrame
    private let life: Incarnation
    private let instance: ProcessInstance
    /// What of its frame has yet to be sent; nil for all of it.
    private var unsent: ArraySlice<UInt8>?

    /// The longest frame that the loop's thread reads by itself: what it takes for that is some
    /// 20 microseconds, the most of it for validating the result.
    static let longestOnLoop = 32 << 10
    /// How many frames of a call the loop's thread reads before it looks at others.
    private static let mostInARow = 2

    init(_ call: Call, in slot: CallSlot, of instance: ProcessInstance) {
        self.slot = slot
        self.instance = instance
        handle = unsafe slot.description.pointee.id
        life = instance.life
        lane = life.lanes.take()
        number = lane.begin(handle, shown: life.bridge.shown)
        frame = CallFrame(call, as: life.introduction, instance.endpoints)
        if let hook = frame.hook { slot.runs(hook) }
        // Its cancellation may have looked for its lane before it had one.
        if slot.isCancelled(handle) { instance.stopUnheard(handle, number, on: lane, of: life) }
    }

    // MARK: - An executor's

    /// Sends what is not yet sent, and reads until the end of the call.
    func run() {
        do throws(FrameSocket.Failure) {
            if let unsent {
                if !unsent.isEmpty { try lane.socket.send(rest: unsent) }
            } else {
                try frame.send(number, over: lane.socket)
            }
            while try step() {}
            end()
        } catch {
            let failure = instance.failure(of: life)
            letGo()
            if let failure { slot.returned(.failed(failure)) }
        }
    }

    /// The call has ended, and the lane is the next one's.
    private func end() {
        letGo()
        slot.returned(.done)
    }

    /// Before the slot is free: a call that takes its place takes the lane.
    private func letGo() {
        lane.end()
        life.lanes.giveBack(lane)
    }

    /// Takes the next frame of the call; false where it was the last.
    private func step() throws(FrameSocket.Failure) -> Bool {
        var mayFlush = false
        let goesOn = try unsafe lane.socket.receive { head, payload -> Bool in
            switch FrameKind(rawValue: head.kind) {
            case .lines:
                unsafe emit(payload)
                mayFlush = head.flags & FrameFlag.fast != 0
                return true
            case .state:
                unsafe life.bridge.report(head, payload)
                return true
            case .result: _ = unsafe slot.finish(handle, uw_status(UW_OK), payload)
            case .error: _ = unsafe slot.finish(handle, head.status, payload)
            case .answer:
                let (own, body) = unsafe OwnAnswer.read(payload)
                _ = unsafe slot.finish(handle, uw_status(UW_OK), body, own)
            case .cancelled:
                _ = unsafe slot.finish(handle, uw_status(UW_CANCELLED), Self.nothing)
            default:
                return true  // what a later runner may say beside
            }
            return false
        }
        // Lines are held back at the other end: they are asked for if no more come by themselves.
        if mayFlush, !lane.socket.isReadable(within: 1) {
            life.process.tell(.flush, lane: lane.number, call: number)
        }
        return goesOn
    }

    /// Hands on lines until no more are wanted; those behind are read and dropped.
    private func emit(_ lines: UnsafeRawBufferPointer) {
        var start = 0
        while start < lines.count {
            let end = unsafe lines[start...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.count
            let line = unsafe UnsafeRawBufferPointer(rebasing: lines[start..<end])
            guard unsafe slot.emit(handle, line, as: .pythonLine) == UW_OK else { return }
            start = end + 1
        }
    }

    nonisolated(unsafe) private static let nothing = unsafe UnsafeRawBufferPointer(
        start: nil, count: 0)

    // MARK: - The loop's

    /// Sends the call without waiting; false where an executor has to go on with it.
    func begin() -> Bool {
        var isSent = false
        unsafe frame.withPayload { kind, flags, parts in
            let length = unsafe parts.reduce(0) { $0 + $1.count }
            guard length <= Self.longestOnLoop else { return }
            let head = FrameHead(kind, flags: flags, call: number, length: length)
            unsafe withUnsafeTemporaryAllocation(
                byteCount: FrameHead.size + length, alignment: 8
            ) { bytes in
                unsafe head.write(to: bytes)
                var next = FrameHead.size
                for index in unsafe parts.indices {
                    let part = unsafe parts[index]
                    unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[next...]).copyMemory(
                        from: part)
                    next += part.count
                }
                unsafe send(UnsafeRawBufferPointer(bytes), &isSent)
            }
        }
        return isSent
    }

    private func send(_ bytes: UnsafeRawBufferPointer, _ isSent: inout Bool) {
        do throws(FrameSocket.Failure) {
            let count = try unsafe lane.socket.sendNow(bytes)
            isSent = count == bytes.count
            // A runner that does not read would hold up the loop: an executor waits for it.
            if count > 0 { unsent = unsafe Array(bytes[count...])[...] }
        } catch {}  // an executor finds the same, and learns of the cause
    }

    /// What has become of a call that the loop's thread has read.
    enum Reading {
        case goesOn
        case hasEnded
        /// An executor has to go on with it.
        case mustWait
    }

    /// Takes in what is there; never waits.
    func read() -> Reading {
        for _ in 0..<Self.mostInARow {
            switch lane.socket.arrival() {
            case .nothing: return .goesOn
            case .closed: return .mustWait
            case .part(let head):
                return head.length > Self.longestOnLoop ? .mustWait : .goesOn
            case .whole(let head):
                guard head.length <= Self.longestOnLoop, head.kind != FrameKind.lines.rawValue,
                    let goesOn = try? step()
                else { return .mustWait }
                if !goesOn {
                    end()
                    return .hasEnded
                }
            }
        }
        return .goesOn
    }
}
