internal import CWorkerPlugin
internal import Synchronization

/// All slots of the process: how a handle, which is a mere number, leads to its call.
///
/// Fixed in number, so that a lookup takes no lock.
enum SlotRegistry {
    /// The most calls that can run at once in a process.
    static let mostCalls = 256
    /// The same with requests beside them, or alone.
    static let capacity = mostCalls + 64

    /// Never freed, so that a lookup counts no reference either.
    nonisolated(unsafe) private static let slots: UnsafeMutablePointer<Unmanaged<CallSlot>> = {
        let slots = UnsafeMutablePointer<Unmanaged<CallSlot>>.allocate(capacity: capacity)
        for index in 0..<capacity {
            unsafe (slots + index).initialize(to: .passRetained(CallSlot(index: index)))
        }
        return unsafe slots
    }()
    private static let free = Mutex(Array(0..<capacity))

    /// Lends the slot that a handle points to, whether or not its call is still there.
    ///
    /// - Returns: what `body` does, or nil for a handle that never was.
    static func withSlot<Result>(
        of handle: uw_call_id, _ body: (CallSlot) -> Result
    ) -> Result? {
        let index = Int(handle & 0xFFFF)
        guard handle != UW_NO_CALL, index < capacity else { return nil }
        return unsafe slots[index]._withUnsafeGuaranteedRef { body($0) }
    }

    /// Takes slots for a plugin; nil if there are not as many left.
    static func take(_ count: Int) -> [CallSlot]? {
        free.withLock { free in
            guard free.count >= count else { return nil }
            defer { free.removeFirst(count) }
            return free.prefix(count).map { unsafe slots[$0].takeUnretainedValue() }
        }
    }

    /// Gives slots back whose plugin has been destroyed.
    static func giveBack(_ slots: [CallSlot]) {
        for slot in slots { slot.owner.withLock { $0 = nil } }
        free.withLock { $0.append(contentsOf: slots.map(\.index)) }
    }
}
