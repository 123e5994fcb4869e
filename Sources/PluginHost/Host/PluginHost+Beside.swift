internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// Requests for endpoints that run beside calls, whatever these do; on threads of their own.
extension PluginHost {
    struct Beside {
        /// Those that wait.
        var queue = RingQueue<Call>()
        /// Those that run and have not been answered.
        var running: [Call] = []
        /// How many threads there are, how many wait for work, and how many are at it.
        var threads = 0
        var idle = 0
        var busy = 0

        /// How many requests may wait; each takes moments, unless the plugin stands still.
        static let capacity = 64
    }

    /// Takes a request in, and sees to it that a thread runs it.
    func submitBeside(_ call: Call) -> CallRefusal? {
        let (refusal, wake) = state.withLock { state -> (CallRefusal?, Wake) in
            if state.scheduler.isClosed { return (.closed, .noExecutor) }
            guard state.beside.queue.count < Beside.capacity else { return (.full, .noExecutor) }
            state.beside.queue.append(call)
            if state.beside.idle > 0 {
                state.beside.idle -= 1
                return (nil, .idleExecutor)
            }
            guard state.beside.threads < instance.besideCount else { return (nil, .noExecutor) }
            defer { state.beside.threads += 1 }
            return (nil, .newExecutor(state.beside.threads))
        }
        switch wake {
        case .noExecutor: break
        case .idleExecutor: besideWork.signal()
        case .newExecutor(let place):
            if !spawn("uw-beside-\(place)", { self.serveBeside(place) }) { noThreadBeside() }
        }
        return refusal
    }

    /// Leaves the work to the threads that there are; where there is none, it is refused.
    private func noThreadBeside() {
        let isNone = state.withLock { state in
            state.beside.threads -= 1
            return state.beside.threads == 0
        }
        if isNone { withdrawBeside(CallFailure(.unavailable, "There is no thread for the call")) }
    }

    /// The body of the thread for one place.
    private func serveBeside(_ place: Int) {
        while true {
            let next = state.withLock { state in
                let call = state.beside.queue.popFirst()
                if let call {
                    state.beside.running.append(call)
                    state.beside.busy += 1
                } else {
                    state.beside.idle += 1
                }
                return call
            }
            guard let call = next else {
                besideWork.wait()
                continue
            }
            finishBeside(
                call,
                isOverdue(call)
                    ? .failure(.deadlinePassed) : instance.answer(call, beside: place))
        }
    }

    private func finishBeside(_ call: Call, _ outcome: consuming CallOutcome?) {
        let (isWaitedFor, observer) = state.withLock { state in
            let count = state.beside.running.count
            state.beside.running.removeAll { $0 === call }
            state.beside.busy -= 1
            let observer = state.isIdle ? exchange(&state.idleObserver, nil) : nil
            return (state.beside.running.count < count, observer)
        }
        callIsOver(call)
        if isWaitedFor, let outcome { call.observer.callDidFinish(outcome) }
        observer?()
    }

    /// Ends the requests that wait.
    func withdrawBeside(_ failure: CallFailure) {
        let waiting = state.withLock { $0.beside.queue.removeAll { _ in true } }
        end(waiting.map { .call($0) }, with: failure)
    }

    /// Answers requests in the plugin's place, whatever it does.
    func abandonBeside(
        _ failure: CallFailure, where isMeant: @Sendable (Call) -> Bool = { _ in true }
    ) {
        let abandoned = state.withLock { state in
            let running = state.beside.running.filter(isMeant)
            state.beside.running.removeAll(where: isMeant)
            return running + state.beside.queue.removeAll(where: isMeant)
        }
        end(abandoned.map { .call($0) }, with: failure)
    }
}
