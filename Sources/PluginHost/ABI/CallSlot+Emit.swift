internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCore
internal import WorkerJSON

/// How the plugin sends lines of the stream in a slot. Any thread.
extension CallSlot {
    /// Sends one line of a stream; waits for a slow client, holding no lock.
    func emit(_ handle: uw_call_id, _ json: UnsafeRawBufferPointer?) -> uw_status {
        var isAppended = false
        while true {
            var step = EmitStep.refuse(uw_status(UW_STALE))
            work.withLock { work in
                step = unsafe next(&work, handle, json, &isAppended)
            }
            switch step {
            case .refuse(let status):
                return status
            case .accept:
                return uw_status(UW_OK)
            case .wake(let observer):
                observer.wake()
                return uw_status(UW_OK)
            case .wait(let observer):
                observer.waitForRoom()
            case .break(let call, let failure):
                breakStream(handle, call, failure)
                return uw_status(UW_INVALID_DATA)
            }
        }
    }

    private enum EmitStep {
        case refuse(uw_status)
        case accept
        case wake(any CallObserver)
        case wait(any CallObserver)
        case `break`(Call, CallFailure)
    }

    private func next(
        _ work: inout Work, _ handle: uw_call_id, _ json: UnsafeRawBufferPointer?,
        _ isAppended: inout Bool
    ) -> EmitStep {
        guard live.load(ordering: .relaxed) == handle, let call = work.call else {
            // The call ended while its last line waited for room: finish has taken that line along.
            return isAppended ? .accept : .refuse(uw_status(UW_STALE))
        }
        guard call.kind == .stream else { return .refuse(uw_status(UW_WRONG_CALL)) }
        if work.isAbandoned { return .refuse(uw_status(UW_CANCELLED)) }
        if work.isBroken { return .refuse(uw_status(UW_INVALID_DATA)) }
        if isCancelled(handle) { return .refuse(uw_status(UW_CANCELLED)) }
        if !isAppended {
            guard let json = unsafe json, unsafe !json.isEmpty else {
                work.isBroken = true
                return .break(call, .misbehaviour("the plugin emitted NULL where JSON is due"))
            }
            do throws(JSONAppendError) {
                _ = try unsafe work.lines.appendJSON(json, as: .line)
            } catch {
                work.isBroken = true
                return .break(call, .refusedJSON("the plugin emitted what is not JSON", error))
            }
            isAppended = true
        }
        switch call.observer.offer(&work.lines) {
        case .taken: return .accept
        case .takenAndWaking: return .wake(call.observer)
        case .full: return .wait(call.observer)
        case .closed:
            work.lines.removeAll(keepingCapacity: true)
            return .refuse(uw_status(UW_CANCELLED))
        }
    }

    /// Tells the client that the stream failed, while the plugin still has to finish the call.
    private func breakStream(_ handle: uw_call_id, _ call: Call, _ failure: CallFailure) {
        var lines = ByteBuffer()
        // The call may have been finished meanwhile, and the slot be another's.
        work.withLock { work in
            if live.load(ordering: .relaxed) == handle { swap(&lines, &work.lines) }
        }
        call.observer.callDidFinish(.streamEnd(lines, failure))
        report(failure, call)
        _ = cancel(failure, at: call.arrival) { $0 === call }
    }
}
