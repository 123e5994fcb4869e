private import Glibc
internal import WorkerCore
internal import WorkerOS
internal import WorkerThreads

/// The thread that waits for signals and for the end of the parent, whatever else the worker does.
///
/// It runs no plugin code, takes no lock that plugin code holds, and so is never late.
struct Watchdog: Sendable {
    private static let signalEvent: UInt64 = 1
    private static let parentEvent: UInt64 = 2
    /// Milliseconds between looks for zombies of the plugin's that came to the worker.
    private static let reapInterval: Int32 = 1_000
    /// The time that the main thread has after a second signal.
    private static let patience = Duration.milliseconds(50)

    let poll: EventPoll
    let signals: SignalWaiter
    let parent: ParentWatch?
    let reaper: DescendantReaper
    let inbox: Inbox
    let log: Log

    /// Waits for ever; the body of a thread of its own.
    func run() {
        poll.add(signals.descriptor, Self.signalEvent, for: .readable)
        if let descriptor = parent?.descriptor {
            poll.add(descriptor, Self.parentEvent, for: .readable)
        }
        // Without a pidfd the parent has to be looked at, again and again.
        var isPolling = parent != nil && parent?.descriptor == nil
        var requests = 0
        while true {
            let limit = isPolling ? ParentWatch.pollInterval : Self.reapInterval
            poll.wait(milliseconds: limit) { event in
                switch event {
                case .happened(Self.signalEvent):
                    while let signal = signals.wait(deadlineNanoseconds: 0) {
                        if take(signal) { requests += 1 }
                    }
                    if requests > 1 { insist() }
                case .happened(Self.parentEvent):
                    if let descriptor = parent?.descriptor { poll.remove(descriptor) }
                    inbox.post(.end(.parentGone))
                case .timeout:
                    reaper.reapAdopted()
                    guard isPolling, parent?.isGone ?? false else { break }
                    isPolling = false
                    inbox.post(.end(.parentGone))
                case .happened, .interrupted, .stopped:
                    break
                }
            }
        }
    }

    /// Ends the process if the main thread, which knows, has not done so in a moment.
    ///
    /// Whoever asks twice does not want to wait, but the main thread may wait for descendants.
    private func insist() -> Never {
        _ = Semaphore().wait(until: deadline(after: Self.patience))
        _exit(ExitCode.forced.rawValue)
    }

    /// Takes in a signal; true where it asks for the end.
    private func take(_ signal: Int32) -> Bool {
        switch signal {
        case SignalMask.parentDeath:
            // It tells of a thread's end; whether the process has ended is another question.
            if parent?.isGone ?? false { inbox.post(.end(.parentGone)) }
        case SignalMask.hangUp:
            log.info("SIGHUP: there is nothing to reload")
        default:
            inbox.post(.end(.signal(signal)))
            return true
        }
        return false
    }
}
