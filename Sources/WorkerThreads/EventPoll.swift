private import CThreads
private import Glibc

/// An epoll instance whose events carry numbers, never pointers.
///
/// `add`, `remove` and `stop` are safe from any thread; one thread waits.
package final class EventPoll: Sendable {
    /// What a descriptor is watched for.
    package enum Interest: Sendable {
        /// It can be read.
        case readable
        /// The other side has ended its direction, or all of the connection; reported once.
        case peerGone

        fileprivate var bits: UInt32 {
            switch self {
            case .readable: EPOLLIN.rawValue
            case .peerGone: EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue
            }
        }
    }

    private let poll: Int32
    private let stopping: Int32
    private let interruption: Int32

    // The numbers of these events are nobody else's.
    private static let stop = UInt64.max
    private static let interrupt = UInt64.max - 1

    /// Makes an instance; nil where no descriptor is left.
    ///
    /// The corresponding C functions are `epoll_create1` and `eventfd`.
    package init?() {
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        stopping = eventfd(0, Int32(EFD_CLOEXEC))
        interruption = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard poll >= 0, stopping >= 0, interruption >= 0,
            add(stopping, Self.stop, for: .readable),
            add(interruption, Self.interrupt, for: .readable)
        else { return nil }
    }

    deinit {
        close(poll)
        close(stopping)
        close(interruption)
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

    /// Watches a descriptor no more; before it is closed.
    package func remove(_ descriptor: Int32) {
        epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// What `wait` returns for.
    package enum Event: Sendable {
        /// A descriptor is as it was watched for.
        case happened(UInt64)
        /// The time is up.
        case timeout
        /// `interrupt` was called.
        case interrupted
        /// `stop` was called.
        case stopped
    }

    /// Waits for the next event, at most some milliseconds, or without a limit.
    ///
    /// The corresponding C function is `epoll_wait`.
    package func wait(milliseconds: Int32? = nil) -> Event {
        var event = unsafe epoll_event()
        while true {
            switch unsafe epoll_wait(poll, &event, 1, milliseconds ?? -1) {
            case 1:
                let number = unsafe event.data.u64
                if number == Self.stop { return .stopped }
                guard number == Self.interrupt else { return .happened(number) }
                var count: eventfd_t = 0
                unsafe eventfd_read(interruption, &count)
                return .interrupted
            case 0:
                return .timeout
            default:
                precondition(errno == EINTR, "epoll_wait fails only when interrupted")
            }
        }
    }

    /// Has `wait` return once.
    package func interrupt() { eventfd_write(interruption, 1) }

    /// Ends waiting, for ever.
    package func stop() { eventfd_write(stopping, 1) }
}
