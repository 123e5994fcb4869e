internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// What becomes of the plugin when its process dies.
extension ProcessInstance {
    func attach(_ owner: any PluginInstanceOwner) {
        let life = state.withLock { state in
            state.owner = owner
            return state.life
        }
        if !serve(life) { died(life) }
    }

    func willEnd() {
        let starting = state.withLock { state in
            state.isEnding = true
            return state.starting
        }
        ending.signal()
        starting?.kill("the worker ends")
    }

    /// Listens to the end of a process from now on; false where it has ended.
    private func serve(_ life: Incarnation) -> Bool {
        life.bridge.serve { [weak self, weak life] in
            if let self, let life { self.died(life) }
        }
    }

    /// The process has died; on its bridge's thread, before its calls hear of it.
    private func died(_ life: Incarnation) {
        let death = life.death
        let now = environment.clock()
        let next = state.withLock { state -> AfterDeath in
            guard plan.onCrash == .restart else {
                state.isLost = true
                state.absence = death.cause
                return .workerEnds
            }
            return decide(death.cause, &state, now)
        }
        state.withLock { $0.owner }?.processDied(death, next)
    }

    private func decide(_ cause: String, _ state: inout State, _ now: Moment) -> AfterDeath {
        state.absence = cause
        state.nextStart = nil
        if state.isEnding { return .nothing }
        guard case .restart(let moment) = state.policy.died(at: now) else { return .giveUp }
        state.nextStart = moment
        return .restart(in: moment - now)
    }

    func restart() {
        while let moment = state.withLock({ $0.nextStart }) {
            if ending.wait(until: moment) { return }
            environment.endDescendants()
            guard let failure = start() else { return }
            let now = environment.clock()
            let next = state.withLock { decide(failure, &$0, now) }
            state.withLock { $0.owner }?.startFailed(failure, next)
        }
    }

    /// Starts a process, which is as the former one was when it was configured; returns why not.
    private func start() -> String? {
        do throws(LoadFailure) {
            let life = try Incarnation(of: plan, in: environment) { runner in
                let isEnding = state.withLock { state in
                    state.starting = runner  // from now on `willEnd` ends it
                    return state.isEnding
                }
                if isEnding { runner.kill("the worker ends") }
            }
            defer { state.withLock { $0.starting = nil } }
            // Slots, places and rows of the table are those of the first one.
            guard life.lanes.all.count >= concurrency, life.besides.count >= besideCount,
                life.introduction.endpoints == endpoints
            else {
                life.runner.kill("it is another plugin than before")
                return "it does not take as many calls as before, or has other endpoints"
            }
            let configuration = state.withLock { $0.configuration }
            if let configuration, let failure = configure(life, configuration) {
                life.runner.kill("it does not take its former configuration")
                return failure
            }
            // What calls find from now on; but a death is told only once it is known to serve.
            state.withLock { state in
                state.life = life
                state.absence = nil
                state.nextStart = nil
            }
            return serve(life) ? nil : "the plugin's process \(life.bridge.end?.end ?? .unknown)"
        } catch {
            return "\(error)"
        }
    }

    private func configure(_ life: Incarnation, _ configuration: [UInt8]) -> String? {
        let answer = unsafe configuration.withUnsafeBytes { unsafe life.ask(.initialize, $0) }
        switch answer {
        case .done: return nil
        case .failed(let failure): return "initialize failed: \(failure.detail)"
        case .gone:
            life.bridge.waitForEnd(until: environment.clock() + .seconds(5))
            return "the plugin's process \(life.bridge.end?.end ?? .unknown) in initialize"
        }
    }
}
