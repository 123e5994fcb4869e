private import Glibc
internal import WorkerCore
internal import WorkerOS
internal import WorkerThreads

/// The thread that waits for signals, whatever else the worker does.
///
/// It runs no plugin code, takes no lock that plugin code holds, and so is never late. Nor does it wait on
/// a descriptor, which plugin code could close.
struct Watchdog: Sendable {
    /// The time between two rounds of housekeeping.
    private static let interval = TimeSpan.seconds(1)
    /// The time that the main thread has after a second signal.
    private static let patience = TimeSpan.milliseconds(50)

    let parent: ParentWatch?
    let reaper: DescendantReaper
    let vitals: Vitals
    let listeners: Listeners
    let inbox: Inbox
    let log: Log
    /// Reads again what SIGHUP has read again; nil where there is nothing of it.
    let reloading: WorkerThread<Void>?

    /// Waits for ever; the body of a thread of its own.
    func run() {
        var taken = TakenSignals()
        var nextRound = Moment.now() + Self.interval
        while true {
            if let signal = SignalWaiter.next(within: nextRound - .now()) {
                take(signal, &taken)
                if taken.requests > 1 { insist() }
            }
            guard Moment.now() >= nextRound else { continue }
            nextRound = Moment.now() + Self.interval
            reaper.reapAdopted()
            Self.holdSignals(log)
            if let lost = vitals.firstLost() { inbox.post(.end(.descriptorLost(lost))) }
        }
    }

    /// Waits for the parent's end; the body of another thread, as that takes a descriptor.
    func waitForParent() {
        parent?.waitUntilGone()
        inbox.post(.end(.parentGone))
    }

    /// Takes back what the plugin has done to signals that are the worker's.
    static func holdSignals(_ log: Log) {
        for signal in SignalHandlers.hold() {
            log.warning(
                "the plugin has taken \(SignalRole.name(signal)), which the worker takes back")
        }
    }

    /// Ends the process if the main thread, which knows, has not done so in a moment.
    ///
    /// A host that asks twice does not want to wait, but the main thread may wait for descendants.
    private func insist() -> Never {
        reaper.hurry()
        _ = Semaphore().wait(until: .now() + Self.patience)
        reaper.killRest()
        listeners.removeFile()
        _exit(ExitCode.forced.rawValue)
    }

    /// Takes in a signal.
    private func take(_ signal: Int32, _ taken: inout TakenSignals) {
        let name = SignalRole.name(signal)
        let role = SignalRole.of(signal)
        switch role {
        case .parentDeath:
            // It tells of a thread's end; whether the process has ended is another question.
            if parent?.isGone ?? false { inbox.post(.end(.parentGone)) }
        case .hangUp:
            guard let reloading else { return log.info("SIGHUP: there is nothing to reload") }
            reloading.add(())
        case .logsMore, .logsLess:
            let level = log.changeLevel(by: role == .logsMore ? 1 : -1)
            log.tell(LogRecord(.info, "\(name): the log's level is \(level) now"))
        case .ends:
            taken.requests += 1
            inbox.post(.end(.signal(name)))
        case .runsOut:
            // One limit may speak again and again, and does not insist.
            if taken.requests == 0 {
                taken.requests = 1
                inbox.post(.end(.signal(name)))
            }
        case .nothing, .failedWrite, .standard, .crash, .reserved:
            guard taken.ignored.insert(signal).inserted else { break }
            log.warning("\(name) means nothing to the worker; no more of them will be logged")
        }
    }
}

/// The signals that have come so far.
private struct TakenSignals {
    /// How often the worker was asked to end.
    var requests = 0
    /// Those that mean nothing and were logged.
    var ignored: Set<Int32> = []
}
