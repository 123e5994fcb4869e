internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerThreads

/// Requests for endpoints that run beside calls, whatever these do; on threads of their own.
extension LoadedPlugin {
    struct Beside {
        /// Those that wait.
        var queue = RingQueue<Call>()
        /// Those that run and have not been answered.
        var running: [Call] = []
        /// The places that have no thread yet.
        var places: [Int]
        /// How many threads wait for work, and how many are at it.
        var idle = 0
        var busy = 0

        init(count: Int) { places = Array((0..<count).reversed()) }

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
            return (nil, state.beside.places.popLast().map { .newExecutor($0) } ?? .noExecutor)
        }
        switch wake {
        case .noExecutor, .loop: break
        case .idleExecutor: besideWork.signal()
        case .newExecutor(let place):
            startBeside(place)
        }
        return refusal
    }

    private func startBeside(_ place: Int) {
        let isStarted = spawn("uw-beside-\(place)") {
            let executor = Executor()
            ThreadEnd.run {
                self.serveBeside(place, executor)
            } ifThreadEnds: {
                self.besideThreadEnded(place, executor)
            }
        }
        if !isStarted { noThreadBeside(place) }
    }

    /// Clears up behind a thread that plugin code has ended, and starts another; its last act.
    private func besideThreadEnded(_ place: Int, _ executor: Executor) {
        let failure = PluginThread.endFailure()
        guard case .call(let call) = executor.job else { return }
        events.pluginMisbehaved(
            failure.detail + "; another one takes its place", requestID: call.requestID)
        finishBeside(call, .failure(failure))
        startBeside(place)
    }

    /// Leaves the work to the threads that there are; where there is none, it is refused.
    private func noThreadBeside(_ place: Int) {
        let isNone = state.withLock { state in
            state.beside.places.append(place)
            return state.beside.places.count == instance.besideCount
        }
        if isNone { withdrawBeside(CallFailure(.unavailable, "There is no thread for the call")) }
    }

    /// The body of the thread for one place.
    private func serveBeside(_ place: Int, _ executor: Executor) {
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
            executor.job = .call(call)
            if let failure = startFailure(of: call) {
                finishBeside(call, .failure(failure))
            } else {
                call.client.callStarts(at: clock())
                finishBeside(call, instance.answer(call, beside: place))
            }
            executor.job = nil
        }
    }

    private func finishBeside(_ call: Call, _ outcome: consuming CallOutcome?) {
        let (isWaitedFor, whenIdle) = state.withLock { state in
            let count = state.beside.running.count
            state.beside.running.removeAll { $0 === call }
            state.beside.busy -= 1
            let whenIdle = state.isIdle ? exchange(&state.whenIdle, nil) : nil
            return (state.beside.running.count < count, whenIdle)
        }
        callIsOver(call)
        if isWaitedFor, let outcome { call.client.callDidFinish(outcome) }
        whenIdle?()
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
