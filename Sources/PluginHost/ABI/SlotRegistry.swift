internal import CWorkerPlugin
internal import Synchronization

/// All slots of the process: how a handle, which is a mere number, leads to its call.
///
/// Fixed in number, so that a lookup takes no lock.
enum SlotRegistry {
    /// The most calls that can run at once in a process.
    static let capacity = 256

    private static let slots: [CallSlot] = (0..<capacity).map { CallSlot(index: $0) }
    private static let free = Mutex(Array(0..<capacity))

    /// The slot that a handle points to, whether or not its call is still there.
    static func slot(of handle: uw_call_id) -> CallSlot? {
        guard handle != UW_NO_CALL else { return nil }
        let index = Int(handle & 0xFFFF)
        return index < capacity ? slots[index] : nil
    }

    /// Takes slots for a plugin host; nil if there are not as many left.
    static func take(_ count: Int) -> [CallSlot]? {
        free.withLock { free in
            guard free.count >= count else { return nil }
            defer { free.removeFirst(count) }
            return free.prefix(count).map { slots[$0] }
        }
    }

    /// Gives slots back whose plugin has been destroyed.
    static func giveBack(_ slots: [CallSlot]) {
        for slot in slots { slot.owner.withLock { $0 = nil } }
        free.withLock { $0.append(contentsOf: slots.map(\.index)) }
    }
}
