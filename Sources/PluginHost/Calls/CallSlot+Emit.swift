internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// A constant of this file, so that the compiler knows that it fits on the stack.
private let shortLineRoom = 272

/// How the plugin sends lines of the stream in a slot. Any thread.
///
/// A line is validated before any lock is taken, so that `work` is held for as long as it takes to
/// copy a short one, or to exchange buffers.
extension CallSlot {
    /// How many bytes of lines may gather in a slot; see `StreamPace`.
    static let batch = 16 << 10

    /// Sends one line of a stream; waits for a slow client, holding no lock.
    func emit(
        _ handle: uw_call_id, _ json: UnsafeRawBufferPointer?, as style: JSONStyle = .line
    ) -> uw_status {
        if let json = unsafe json, unsafe gather(handle, json, style) { return uw_status(UW_OK) }
        return PluginThread.uncancelled { unsafe send(handle, json, style) }
    }

    /// Adds a short line to those that gather, if they do.
    ///
    /// - Returns: false where there is more to do, or to say; then nothing has been done.
    private func gather(
        _ handle: uw_call_id, _ json: UnsafeRawBufferPointer, _ style: JSONStyle
    ) -> Bool {
        assert(shortLineRoom == ShortLine.room)
        return unsafe withUnsafeTemporaryAllocation(byteCount: shortLineRoom, alignment: 8) {
            guard let room = $0.baseAddress else { return false }
            let line = unsafe UnsafeRawBufferPointer(
                start: room, count: ShortLine.write(json, to: room, as: style))
            guard line.count > 0 else { return false }
            return work.withLock { work in
                guard work.pace.isGathering, !work.isBroken, !isCancelled(handle) else {
                    return false
                }
                return unsafe work.lines.append(line, within: Self.batch)
            }
        }
    }

    /// What is left to do without the lock.
    private struct Aftermath {
        let now: Moment
        var sleeper: (any CallClient)?
        var mustCollect = false
    }

    private enum EmitStep {
        case answer(uw_status)
        case wait(any CallClient)
        case noMemory
    }

    /// Sends a line of any kind.
    private func send(
        _ handle: uw_call_id, _ json: UnsafeRawBufferPointer?, _ style: JSONStyle
    ) -> uw_status {
        var line = ByteBuffer()
        var refused: uw_status?
        var isGathering = false
        work.withLock { work in
            refused = refusal(of: handle, work)
            if refused == nil { swap(&line, &work.spare) }
            isGathering = work.pace.isGathering
        }
        if let refused { return refused }
        // Others will gather behind it, for which no memory is to be asked for under the lock.
        if isGathering { _ = line.reserve(Self.batch) }
        if let failure = unsafe makeLine(of: json, as: style, in: &line) {
            return breakStream(handle, failure)
        }
        let owner = owner.withLock { $0 }
        var isPlaced = false
        while true {
            var step = EmitStep.noMemory
            var after = Aftermath(now: owner?.now ?? .zero)
            work.withLock { work in
                step = handIn(&line, &work, handle, &isPlaced, &after)
            }
            after.sleeper?.wake()
            if after.mustCollect { owner?.collectLater(from: self, in: StreamPace.interval) }
            switch step {
            case .answer(let status): return status
            case .wait(let client): client.waitForRoom()
            case .noMemory: return breakStream(handle, .refusedJSON("", .outOfMemory))
            }
        }
    }

    /// Why the call in the slot takes no lines; nil if it does.
    private func refusal(of handle: uw_call_id, _ work: borrowing Work) -> uw_status? {
        guard live.load(ordering: .relaxed) == handle, let call = work.call else {
            return uw_status(UW_STALE)
        }
        if call.kind != .stream { return uw_status(UW_WRONG_CALL) }
        if work.isAbandoned { return uw_status(UW_CANCELLED) }
        if work.isBroken { return uw_status(UW_INVALID_DATA) }
        return isCancelled(handle) ? uw_status(UW_CANCELLED) : nil
    }

    /// Validates a line into an empty buffer; returns what is wrong with it.
    private func makeLine(
        of json: UnsafeRawBufferPointer?, as style: JSONStyle, in line: inout ByteBuffer
    ) -> CallFailure? {
        guard let json = unsafe json, unsafe !json.isEmpty else {
            return .misbehaviour("the plugin emitted NULL instead of JSON")
        }
        do throws(JSONAppendError) {
            _ = try unsafe line.appendJSON(json, as: style)
            return nil
        } catch {
            return .refusedJSON("the plugin emitted what is not JSON", error)
        }
    }

    /// Puts a line behind those that gather, and offers them if it is time.
    private func handIn(
        _ line: inout ByteBuffer, _ work: inout Work, _ handle: uw_call_id,
        _ isPlaced: inout Bool, _ after: inout Aftermath
    ) -> EmitStep {
        if let status = refusal(of: handle, work) {
            // The call ended while its last line waited for room: finish has taken that line along.
            return .answer(uw_status(isPlaced && status == UW_STALE ? UW_OK : Int(status)))
        }
        guard let client = work.call?.client else { return .answer(uw_status(UW_STALE)) }
        if !isPlaced {
            if work.lines.count > 0, !work.lines.hasRoom(for: line.count) {
                _ = offer(&work, to: client, &after)
            }
            guard work.place(&line) else { return .noMemory }
            isPlaced = true
        }
        if work.pace.isGathering, work.lines.count <= Self.batch {
            return .answer(uw_status(UW_OK))
        }
        return offer(&work, to: client, &after)
    }

    private func offer(
        _ work: inout Work, to client: any CallClient, _ after: inout Aftermath
    ) -> EmitStep {
        let answer = client.offer(&work.lines)
        switch answer {
        case .taken, .takenAndWaking:
            if case .takenAndWaking = answer { after.sleeper = client }
            if work.pace.handedOver(at: after.now) { after.mustCollect = true }
            return .answer(uw_status(UW_OK))
        case .full:
            work.pace.refused()
            return .wait(client)
        case .closed:
            work.pace.refused()
            work.lines.removeAll(keepingCapacity: true)
            return .answer(uw_status(UW_CANCELLED))
        }
    }

    /// Hands over the lines of a call that have gathered, if there is room for them.
    func handOver(_ call: Call) {
        var sleeper: (any CallClient)?
        work.withLock { work in
            guard work.call === call, work.lines.count > 0 else { return }
            if case .takenAndWaking = call.client.offer(&work.lines) { sleeper = call.client }
        }
        sleeper?.wake()
    }

    /// Hands over the lines that have gathered, and comes again if there were any.
    ///
    /// On the timers' thread.
    func collect() {
        let owner = owner.withLock { $0 }
        var sleeper: (any CallClient)?
        var delay = StreamPace.interval
        var collecting = StreamPace.Collecting.end
        work.withLock { work in
            collecting = work.pace.collect(isEmpty: work.lines.count == 0 || owner == nil)
            guard collecting == .handOver, let client = work.call?.client else { return }
            switch client.offer(&work.lines) {
            case .taken: break
            case .takenAndWaking: sleeper = client
            // The thread that emits next is to hear of it.
            case .closed: work.pace.refused()
            // The client is slow, and has much to read before it could miss these.
            case .full: delay = delay * 16
            }
        }
        sleeper?.wake()
        if collecting == .handOver { owner?.collectLater(from: self, in: delay) }
    }

    /// Tells the client that the stream failed, while the plugin still has to finish the call.
    private func breakStream(_ handle: uw_call_id, _ failure: CallFailure) -> uw_status {
        var refused: uw_status?
        var broken: Call?
        var lines = ByteBuffer()
        work.withLock { work in
            refused = refusal(of: handle, work)
            guard refused == nil else { return }
            work.isBroken = true
            broken = work.call
            swap(&lines, &work.lines)
        }
        if let refused { return refused }
        if let call = broken {
            call.client.callDidFinish(.streamEnd(lines, failure))
            report(failure, call)
            let now = owner.withLock { $0 }?.now ?? call.arrival
            _ = cancel(failure, at: now) { $0 === call }
        }
        return uw_status(UW_INVALID_DATA)
    }
}
