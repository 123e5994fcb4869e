internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// What happens to the worker, in order, from any thread to the main one.
final class Inbox: Sendable {
    private let events = Mutex(RingQueue<Lifecycle.Event>())
    private let arrived = Semaphore()

    /// Leaves an event; never waits.
    func post(_ event: Lifecycle.Event) {
        events.withLock { $0.append(event) }
        arrived.signal()
    }

    /// Waits for the next event; `.timeout` where none came by a moment.
    func next(until deadline: Moment) -> Lifecycle.Event {
        guard arrived.wait(until: deadline) else { return .timeout }
        guard let event = events.withLock({ $0.popFirst() }) else {
            preconditionFailure("the semaphore counts the events")
        }
        return event
    }
}
