internal import CMicroHTTPD
private import Glibc
internal import WorkerCore
internal import WorkerThreads

/// Notices that connections wait which libmicrohttpd does not accept, for a lack of descriptors.
///
/// libmicrohttpd 0.9.75 then takes none until one of those that are open is closed, though
/// descriptors may be free again long before: a client that keeps its connection would shut out all
/// others. And where none is open it tries without a pause.
///
/// On the HTTP thread only.
@safe final class AcceptWatch {
    /// The time between looks, as long as there is reason for one.
    private static let interval = TimeSpan.seconds(1)
    /// The length of each pause between attempts while no connection is open.
    private static let pause = TimeSpan.milliseconds(5)

    private let listener: Int32
    private let never = Semaphore()
    private var nextCheck = Moment.never
    /// The number of the last connection when one was seen to wait, at the look before.
    private var lastSeen: UInt64?
    private var isStuck = false
    /// No connection is to be accepted any more.
    var isClosed = false

    init(_ listener: Int32) { self.listener = listener }

    /// When there is a reason to look.
    var moment: Moment { nextCheck }

    /// Something has happened: whether a client has to wait is looked at a while later.
    func somethingHappened(_ now: Moment) {
        if nextCheck == .never, !isClosed { nextCheck = now + Self.interval }
    }

    /// Looks, if it is time.
    ///
    /// - Parameters:
    ///   - now: the present.
    ///   - last: the number of the connection that was accepted last.
    ///   - daemon: gets a connection that ends at once, which has it accept again.
    /// - Returns: whether it is to be told that connections cannot be accepted.
    func check(_ now: Moment, last: UInt64, _ daemon: OpaquePointer?) -> Bool {
        guard now >= nextCheck else { return false }
        guard !isClosed, uw_is_readable(listener) != 0 else {
            nextCheck = .never
            lastSeen = nil
            isStuck = false
            return false
        }
        nextCheck = now + Self.interval
        defer { lastSeen = last }
        guard lastSeen == last else { return false }
        defer { isStuck = true }
        if let daemon = unsafe daemon { unsafe uw_mhd_accept_again(daemon) }
        return !isStuck
    }

    /// Waits a moment if a connection waits that cannot be accepted while no other is there.
    ///
    /// - Returns: whether it is to be told that connections cannot be accepted.
    func pauseIfStuck(_ now: Moment) -> Bool {
        guard !isClosed, uw_is_readable(listener) != 0 else { return false }
        somethingHappened(now)
        _ = never.wait(until: now + Self.pause)
        defer { isStuck = true }
        return !isStuck
    }
}
