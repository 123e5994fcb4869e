internal import Synchronization
internal import WorkerCore

/// What follows the death of a plugin's process.
extension LoadedPlugin: PluginInstanceOwner {
    func processDied(_ death: ProcessDeath, _ next: AfterDeath) {
        deaths.add(1, ordering: .relaxed)
        var death = death
        death.calls = calls(atMost: Self.callsShown).shown.filter { $0.state != .queued }
        switch next {
        case .workerEnds: events.pluginDied(death)
        case .nothing: events.processDied(death, restartsIn: nil)
        case .restart(let pause):
            // First, so that no call is taken from the queue meanwhile.
            _ = submit(.restart, isOwn: true)
            events.processDied(death, restartsIn: pause)
        case .giveUp:
            events.processDied(death, restartsIn: nil)
            giveUp()
        }
    }

    func startFailed(_ reason: String, _ next: AfterDeath) {
        let detail = "the plugin's process cannot be started again: \(reason)"
        switch next {
        case .restart(let pause):
            events.pluginMisbehaved(
                "\(detail); once more in \(pause.milliseconds) ms", requestID: nil)
        case .nothing, .workerEnds: break
        case .giveUp:
            events.pluginMisbehaved(detail, requestID: nil)
            giveUp()
        }
    }

    private func giveUp() {
        isBroken.store(true, ordering: .relaxed)
        let seconds = RestartPolicy.window.seconds
        events.pluginIsBroken(
            "its process has died \(RestartPolicy.limit) times within \(seconds) s")
    }

    /// How many of the calls that ran the log shows.
    private static var callsShown: Int { 16 }

    /// Ends a plugin one of whose cancelled calls does not end.
    ///
    /// On a thread of its own, as a process writes its stacks first; without one, here.
    func endWedged(_ detail: String) {
        let end: @Sendable () -> Void = { [self] in
            instance.endWedged(detail) { events.pluginIsWedged(detail) }
        }
        if !spawn("uw-wedged", end) { end() }
    }
}
