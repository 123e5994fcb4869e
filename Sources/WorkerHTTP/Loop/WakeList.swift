internal import Synchronization

/// The exchanges whose connections are to go on, from any thread to the HTTP thread.
///
/// A linked list through the exchanges themselves (Treiber's stack, taken as a whole, so that no
/// element is ever looked at by two): neither a lock nor an allocation. An exchange is in it once at
/// most, as it is pushed once for each suspension.
@safe final class WakeList: Sendable {
    /// The exchange that was pushed last, retained, as a pointer; 0 for none.
    private let head = Atomic<UInt>(0)

    /// Whether there is none.
    var isEmpty: Bool { head.load(ordering: .sequentiallyConsistent) == 0 }

    /// Adds an exchange, and keeps it alive until it is taken.
    func push(_ exchange: Exchange) {
        let pointer = unsafe UInt(bitPattern: Unmanaged.passRetained(exchange).toOpaque())
        var first = head.load(ordering: .relaxed)
        while true {
            exchange.nextWoken = first
            let (isDone, found) = head.weakCompareExchange(
                expected: first, desired: pointer, ordering: .sequentiallyConsistent)
            if isDone { return }
            first = found
        }
    }

    /// Takes all; on the HTTP thread.
    func takeAll(_ body: (Exchange) -> Void) {
        guard head.load(ordering: .relaxed) != 0 else { return }
        var next = head.exchange(0, ordering: .acquiring)
        while let pointer = unsafe UnsafeRawPointer(bitPattern: next) {
            let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue()
            // Once it goes on it may be pushed again.
            next = exchange.nextWoken
            body(exchange)
        }
    }
}
