private import Glibc
internal import Synchronization
internal import WorkerThreads

/// The lanes that the thread of a loop reads, beside what else it waits for.
@safe final class LaneLoop: @unchecked Sendable {
    private struct Watched {
        let lane: Lane
        var call: LaneCall?
    }

    // The loop's thread.

    private var poll: EventPoll?
    private var watched: [UInt64: Watched] = [:]
    private var numbers: [ObjectIdentifier: UInt64] = [:]
    private var last = EventPoll.guests
    /// How many answers are waited for.
    private(set) var waiting = 0

    // Any thread.

    private let shared = Mutex<EventPoll?>(nil)
    private let thread = Atomic<UInt>(0)
    /// There may be a job to be taken.
    private let hasJobs = Atomic<Bool>(true)

    /// Whether a loop has taken charge; on its thread.
    var isAttached: Bool { poll != nil }

    /// The thread that calls takes charge, and waits on the poll from now on.
    func attach(_ poll: EventPoll) {
        self.poll = poll
        shared.withLock { $0 = poll }
        thread.store(pthread_self(), ordering: .releasing)
    }

    /// The loop ends; returns the calls that it has not read to their end.
    func detach() -> [LaneCall] {
        for entry in watched.values { poll?.remove(entry.lane.socket.descriptor) }
        defer { (watched, numbers, poll, waiting) = ([:], [:], nil, 0) }
        thread.store(0, ordering: .releasing)
        shared.withLock { $0 = nil }
        return watched.values.compactMap(\.call)
    }

    /// There is a job to be taken; any thread.
    func noteJob() {
        hasJobs.store(true, ordering: .sequentiallyConsistent)
        // The loop looks at the end of its turn.
        if !isOnLoop { shared.withLock { $0 }?.interrupt() }
    }

    /// There is a job to be taken, which concerns no other thread than the loop's.
    func noteJobIfOnLoop() {
        if isOnLoop { hasJobs.store(true, ordering: .relaxed) }
    }

    private var isOnLoop: Bool { thread.load(ordering: .acquiring) == pthread_self() }

    /// Whether there may be a job to be taken, since this was asked last.
    func takeNote() -> Bool {
        hasJobs.load(ordering: .relaxed)
            && hasJobs.exchange(false, ordering: .sequentiallyConsistent)
    }

    /// Has the answer of a call that has been sent read; false where that cannot be.
    func watch(_ call: LaneCall) -> Bool {
        let lane = ObjectIdentifier(call.lane)
        if let number = numbers[lane] {
            watched[number]?.call = call
        } else {
            last += 1
            guard let poll, poll.add(call.lane.socket.descriptor, last, for: .readable) else {
                return false
            }
            numbers[lane] = last
            watched[last] = Watched(lane: call.lane, call: call)
        }
        waiting += 1
        return true
    }

    /// The call whose lane can be read; nil where none is on it.
    ///
    /// What comes between calls, and the end of the process, is left to the next one to find.
    func call(_ number: UInt64) -> LaneCall? {
        guard let entry = watched[number] else { return nil }
        if entry.call == nil { forget(number, entry.lane) }
        return entry.call
    }

    /// The call has ended.
    func ended(_ number: UInt64) {
        watched[number]?.call = nil
        waiting -= 1
    }

    /// An executor goes on with the call, and reads its lane.
    func leave(_ number: UInt64) {
        if let entry = watched[number] { forget(number, entry.lane) }
        waiting -= 1
    }

    private func forget(_ number: UInt64, _ lane: Lane) {
        poll?.remove(lane.socket.descriptor)
        watched[number] = nil
        numbers[ObjectIdentifier(lane)] = nil
    }
}
