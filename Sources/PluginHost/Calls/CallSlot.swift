internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// Who owns a slot: told when a call has left it.
protocol CallSlotOwner: AnyObject, Sendable {
    /// The plugin has nothing to do with the call any more: another one may run.
    func slotIsFree(_ slot: CallSlot)
    /// A call has an outcome; called before its client has it.
    func callIsOver(_ call: Call)
    /// A call has told how far it is.
    func callReported(_ report: ProgressReport)
    /// The present.
    var now: Moment { get }
    /// Has the lines that gather in a slot collected after a time.
    func collectLater(from slot: CallSlot, in delay: TimeSpan)
    /// A plugin did what the ABI forbids, or says that it is broken for good.
    func pluginFailed(_ failure: CallFailure, requestID: String)
}

/// A place in which one call at a time runs, and what its handle leads to.
///
/// A handle is the slot's index and a generation that grows with each call, so that an old handle
/// is recognised for ever. `emit` and `finish` take `work`, which is held while lines are handed
/// over, never while they are validated; `cancel` and `progress` take locks of their own that are
/// held for an assignment, as they are also called for control endpoints.
@safe final class CallSlot: @unchecked Sendable {
    /// What the plugin's threads share.
    struct Work: ~Copyable {
        var call: Call?
        var phase = CallPhase()
        /// Lines that the stream has not taken yet.
        var lines = ByteBuffer()
        /// Room in which to validate the next line that is not a short one.
        var spare = ByteBuffer()
        var pace = StreamPace()
        /// The client has been answered in the plugin's place; finish is still due.
        var isBroken = false
        /// The same, since it has been given up.
        var isAbandoned = false
        /// The hook that runs as this call, if one does: the worker words its answer.
        var hook: LifecycleHook?

        /// Puts a line behind the others, and keeps what room it leaves; false without memory.
        mutating func place(_ line: inout ByteBuffer) -> Bool {
            if lines.count == 0 {
                swap(&lines, &line)
            } else {
                guard lines.append(line) else { return false }
                line.removeAll(keepingCapacity: true)
            }
            if spare.capacity == 0 { swap(&spare, &line) }
            return true
        }
    }

    /// What cancelling needs.
    struct Control {
        var call: Call?
        var handle: uw_call_id = 0
        var cancellation: CallFailure?
        var cancelledAt = Moment.zero
        /// The log has been told that it does not end.
        var isToldWedged = false
    }

    let index: Int
    /// What the plugin gets to see of the call; written by the executor before it calls execute.
    let description: UnsafeMutablePointer<uw_call>
    private let requestID: UnsafeMutableBufferPointer<CChar>
    private var headers = HeaderTexts()
    private let generation = Atomic<UInt64>(0)
    /// The handle of the call that runs; 0 if none does.
    let live = Atomic<UInt64>(0)
    /// The handle of the last call that was cancelled.
    private let cancelled = Atomic<UInt64>(0)
    let work = Mutex(Work())
    private let control = Mutex(Control())
    /// The last report that was taken, and the handle of the call that gave it.
    private let progress = Mutex((handle: uw_call_id(0), report: ProgressReport.none))
    let owner = Mutex<(any CallSlotOwner)?>(nil)
    /// Takes the outcomes of what runs here, if that is no call of the scheduler's; changed only while
    /// nothing runs.
    var place: RequestPlace?

    init(index: Int) {
        self.index = index
        unsafe description = .allocate(capacity: 1)
        unsafe description.initialize(to: uw_call())
        unsafe requestID = .allocate(capacity: CallID.limit)
    }

    /// Takes a call in, so that it can be cancelled from now on.
    ///
    /// Under the lock of the queue that the call leaves: it is never in neither.
    func admit(_ call: Call) {
        let next = generation.wrappingAdd(1, ordering: .relaxed).newValue
        control.withLock { $0 = Control(call: call, handle: next << 16 | UInt64(index)) }
    }

    /// Describes the call that was admitted for the plugin, whose handle is valid from now on.
    ///
    /// Only by the executor that is about to run it. The texts lie in the call's body, which the
    /// slot keeps alive until the plugin has finished the call, and the executor until execute
    /// has returned.
    func arm(_ call: Call) {
        let handle = control.withLock { $0.handle }
        describe(call, handle)
        work.withLock { work in
            work.call = call
            work.pace.begin()
            work.phase = CallPhase()
            work.isBroken = false
            work.isAbandoned = false
            work.hook = nil
            live.store(handle, ordering: .releasing)
        }
    }

    /// The armed call is a hook.
    func runs(_ hook: LifecycleHook?) { work.withLock { $0.hook = hook } }

    /// Whether it is; on its executor.
    var isHook: Bool { work.withLock { $0.hook != nil } }

    private func describe(_ call: Call, _ handle: uw_call_id) {
        var id = call.requestID
        let idLength = id.withUTF8 { bytes in
            let length = min(bytes.count, CallID.limit)
            unsafe UnsafeMutableRawBufferPointer(requestID).copyMemory(
                from: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[..<length])))
            return length
        }
        unsafe description.pointee = uw_call(
            struct_size: UInt32(MemoryLayout<uw_call>.size), reserved: 0, id: handle,
            args: call.text(call.args, orElse: EmptyText.array),
            kwargs: call.text(call.kwargs, orElse: EmptyText.object),
            request_id: uw_text(data: requestID.baseAddress, length: idLength), endpoint: nil,
            body: call.wholeText, deadline: call.deadline?.nanoseconds ?? .max,
            headers: call.headers.isEmpty ? nil : headers.lay(out: call.headers),
            header_count: call.headers.count)
    }

    /// Whether a call is in it that has not ended.
    var isBusy: Bool { live.load(ordering: .acquiring) != 0 }

    /// Notes how far the running call is; false where its handle is stale.
    func report(_ report: ProgressReport, by handle: uw_call_id) -> Bool {
        // What is replaced may be freed, which is not to happen under the lock.
        let former = progress.withLock { current -> (uw_call_id, ProgressReport)? in
            guard live.load(ordering: .acquiring) == handle else { return nil }
            return exchange(&current, (handle, report))
        }
        if former != nil { owner.withLock { $0 }?.callReported(report) }
        return former != nil
    }

    /// How far the call of a handle is; whatever ran in the slot before it does not count.
    func progress(of handle: uw_call_id) -> ProgressReport {
        progress.withLock { $0.handle == handle ? $0.report : .none }
    }

    /// How far the running call is; nil if none runs.
    var liveProgress: ProgressReport? {
        let handle = live.load(ordering: .acquiring)
        return handle == 0 ? nil : progress(of: handle)
    }

    /// Whether a call is to stop, or has ended.
    func isCancelled(_ handle: uw_call_id) -> Bool {
        live.load(ordering: .acquiring) != handle || cancelled.load(ordering: .acquiring) == handle
    }

    /// Marks the running call as cancelled, and frees the threads that wait in `emit`.
    ///
    /// The first cause is the one that the client is told.
    ///
    /// - Parameters:
    ///   - failure: the cause.
    ///   - now: the present.
    ///   - isMeant: whether it is the call that is to be cancelled.
    /// - Returns: its handle, for the plugin's cancel; nil if nothing runs.
    func cancel(
        _ failure: CallFailure, at now: Moment, where isMeant: (Call) -> Bool = { _ in true }
    ) -> uw_call_id? {
        let found: (call: Call, handle: uw_call_id)? = control.withLock { control in
            guard let call = control.call, isMeant(call) else { return nil }
            if control.cancellation == nil {
                control.cancellation = failure
                control.cancelledAt = now
            }
            cancelled.store(control.handle, ordering: .releasing)
            return (call, control.handle)
        }
        guard let found else { return nil }
        // What has been emitted by now is still sent.
        handOver(found.call)
        found.call.client.close()
        return found.handle
    }

    /// What runs in it, since when it has been cancelled; nil if nothing runs.
    var occupant: (call: Call, handle: uw_call_id, cancelledAt: Moment?)? {
        control.withLock { control in
            control.call.map {
                ($0, control.handle, control.cancellation == nil ? nil : control.cancelledAt)
            }
        }
    }

    /// Takes note of a call that was cancelled and has not ended, once for each call.
    ///
    /// - Parameter moment: those count that were cancelled by then.
    /// - Returns: the call to be told of; or when one was cancelled that does not count yet.
    func noteWedged(_ moment: Moment) -> (call: Call?, nextCancelledAt: Moment?) {
        control.withLock { control in
            guard let call = control.call, control.cancellation != nil, !control.isToldWedged else {
                return (nil, nil)
            }
            guard control.cancelledAt <= moment else { return (nil, control.cancelledAt) }
            control.isToldWedged = true
            return (call, nil)
        }
    }

    /// Whether a call has come into it that has not ended.
    var isOccupied: Bool { control.withLock { $0.call != nil } }

    /// The running call's cancellation, after which it cannot be cancelled any more.
    func endControl() -> CallFailure? {
        let last = control.withLock { control in
            defer { control = Control() }
            return control
        }
        return last.cancellation
    }
}
