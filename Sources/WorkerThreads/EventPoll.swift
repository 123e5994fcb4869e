private import CThreads
private import Glibc
package import WorkerCore

/// An epoll instance whose events carry numbers, never pointers.
///
/// `add`, `remove`, `interrupt` and `stop` are safe from any thread; one thread waits.
@safe package final class EventPoll: @unchecked Sendable {
    /// What a descriptor is watched for.
    package enum Interest: Sendable {
        /// It can be read.
        case readable
        /// Something has been written to it, an eventfd, since the last report; it need not be read.
        case written
        /// The other side has ended its direction, or all of the connection; reported once.
        case peerGone
        /// It can be written to; reported once.
        case writable

        fileprivate var bits: UInt32 {
            switch self {
            case .readable: EPOLLIN.rawValue
            case .written: EPOLLIN.rawValue | EPOLLET.rawValue
            case .peerGone: EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue
            case .writable: EPOLLOUT.rawValue | EPOLLONESHOT.rawValue
            }
        }
    }

    private let poll: Int32
    private let stopping: Int32
    private let interruption: Int32
    /// What one wait takes; touched by the thread that waits.
    private let events: UnsafeMutablePointer<epoll_event>
    private static let capacity = 64

    /// Numbers beyond this one are those of who watches something on the poll of another's loop.
    package static let guests = UInt64(1) << 62

    // The numbers of these events are the poll's own.
    private static let stop = UInt64.max
    private static let interrupt = UInt64.max - 1

    /// Makes an instance; nil where no descriptor is left.
    ///
    /// The corresponding C functions are `epoll_create1` and `eventfd`.
    package init?() {
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        stopping = eventfd(0, Int32(EFD_CLOEXEC))
        interruption = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        unsafe events = .allocate(capacity: Self.capacity)
        guard poll >= 0, stopping >= 0, interruption >= 0,
            add(stopping, Self.stop, for: .readable),
            add(interruption, Self.interrupt, for: .written)
        else { return nil }
    }

    deinit {
        close(poll)
        close(stopping)
        close(interruption)
        unsafe events.deallocate()
    }

    /// Watches a descriptor; its events are reported under a number.
    ///
    /// The corresponding C function is `epoll_ctl`.
    ///
    /// - Returns: false where the kernel refuses: no memory, or no such descriptor.
    @discardableResult
    package func add(_ descriptor: Int32, _ number: UInt64, for interest: Interest) -> Bool {
        var event = unsafe epoll_event(events: interest.bits, data: epoll_data_t(u64: number))
        return unsafe epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0
    }

    /// Watches a descriptor that is watched already for something else instead.
    ///
    /// The corresponding C function is `epoll_ctl`.
    package func change(_ descriptor: Int32, _ number: UInt64, to interest: Interest) {
        var event = unsafe epoll_event(events: interest.bits, data: epoll_data_t(u64: number))
        unsafe epoll_ctl(poll, EPOLL_CTL_MOD, descriptor, &event)
    }

    /// Watches a descriptor no more; before it is closed.
    package func remove(_ descriptor: Int32) {
        epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// What `wait` reports.
    package enum Event: Sendable {
        /// A descriptor is as it was watched for.
        case happened(UInt64)
        /// The time is up.
        case timeout
        /// `interrupt` was called.
        case interrupted
        /// `stop` was called.
        case stopped
        /// It can wait no more: its descriptor has been closed, or is another file's.
        case broken
    }

    /// Waits for the next events, at most for a time, or without a limit.
    ///
    /// The corresponding C function is `epoll_wait`.
    ///
    /// - Parameters:
    ///   - time: `.zero` only looks.
    ///   - handle: called with each event, or once with `.timeout` or `.broken`.
    package func wait(atMost time: TimeSpan? = nil, _ handle: (Event) -> Void) {
        let limit = time.map { Int32(clamping: $0.millisecondsRoundedUp) } ?? -1
        let count = unsafe epoll_wait(poll, events, Int32(Self.capacity), limit)
        guard count >= 0 else {
            if errno != EINTR { handle(.broken) }
            return
        }
        if count == 0 { handle(.timeout) }
        for index in 0..<Int(count) {
            switch unsafe events[index].data.u64 {
            case Self.stop: handle(.stopped)
            case Self.interrupt: handle(.interrupted)
            case let number: handle(.happened(number))
            }
        }
    }

    /// Whether its own descriptors are still what they were; any thread.
    package var isWhole: Bool { watches(stopping) && watches(interruption) }

    /// Whether a descriptor is still the file that is watched.
    package func watches(_ descriptor: Int32) -> Bool {
        var event = unsafe epoll_event(events: 0, data: epoll_data_t(u64: Self.interrupt))
        guard unsafe epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            return errno == EEXIST
        }
        remove(descriptor)
        return false
    }

    /// Has `wait` return once.
    package func interrupt() { eventfd_write(interruption, 1) }

    /// Ends waiting, for ever.
    package func stop() { eventfd_write(stopping, 1) }
}
