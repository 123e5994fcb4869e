internal import CWorkerPlugin
internal import Synchronization

/// The connection of one call at a time, with the number that the runner knows that call by.
///
/// An executor holds it for as long as its call runs. Numbers grow on each lane: a stop that comes too
/// late is about none that will ever run.
final class Lane: Sendable {
    let number: Int
    let socket: FrameSocket
    private struct State {
        var handle = uw_call_id(UW_NO_CALL)
        var call: UInt64 = 0
        /// The number of the last state that the plugin had shown before the call.
        var shown: UInt64 = 0
    }

    private let state = Mutex(State())

    init(number: Int, socket: FrameSocket) {
        self.number = number
        self.socket = socket
    }

    /// A call begins on it, and gets a number; its handle is UW_NO_CALL for what is not in a slot.
    ///
    /// `shown` is the number of the last state that the plugin has shown.
    func begin(_ handle: uw_call_id, shown: UInt64) -> UInt64 {
        state.withLock { state in
            state.handle = handle
            state.shown = shown
            state.call += 1
            return state.call
        }
    }

    /// Its call has ended.
    func end() { state.withLock { $0.handle = uw_call_id(UW_NO_CALL) } }

    /// The handle of the call that it has; UW_NO_CALL if none, or one that is not in a slot.
    var handle: uw_call_id { state.withLock { $0.handle } }

    /// The number of the call with a handle, if that is here.
    func call(of handle: uw_call_id) -> UInt64? {
        state.withLock { $0.handle == handle ? $0.call : nil }
    }

    /// The number of the last state before the call with a handle, if that is here.
    func shown(before handle: uw_call_id) -> UInt64? {
        state.withLock { $0.handle == handle ? $0.shown : nil }
    }
}

/// The lanes of a process, of which executors take one for each call.
final class Lanes: Sendable {
    let all: [Lane]
    private let free: Mutex<[Lane]>

    init(_ sockets: [FrameSocket]) {
        all = sockets.enumerated().map { Lane(number: $0.offset, socket: $0.element) }
        // The last is taken first: lane 0, that of the runner's main thread.
        free = Mutex(all.reversed())
    }

    /// Takes a lane; there is one for each call that may run at once.
    func take() -> Lane {
        guard let lane = free.withLock({ $0.popLast() }) else {
            preconditionFailure("there are as many lanes as calls may run")
        }
        return lane
    }

    /// Takes one that is free and not the main thread's; nil if there is none.
    func takeBeside() -> Lane? {
        free.withLock { free in
            free.firstIndex { $0.number > 0 }.map { free.remove(at: $0) }
        }
    }

    /// Gives a lane back.
    func giveBack(_ lane: Lane) { free.withLock { $0.append(lane) } }

    /// The lane and the number of the call with a handle, if it runs.
    func find(_ handle: uw_call_id) -> (lane: Lane, call: UInt64)? {
        for lane in all {
            if let call = lane.call(of: handle) { return (lane, call) }
        }
        return nil
    }
}
