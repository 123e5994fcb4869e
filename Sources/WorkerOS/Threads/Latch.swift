import CLinux
import Glibc
package import WorkerCore

/// An event that happens once and that any number of threads can wait for.
package final class Latch: Sendable {
    /// Readable once the event has happened, and then for ever.
    let descriptor: Int32

    /// Makes a latch that is closed, or nil where no descriptor is left.
    ///
    /// The corresponding C function is `eventfd`.
    package init?() {
        let descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Lets the event happen.
    ///
    /// Any thread; never blocks. The corresponding C function is `eventfd_write`.
    package func open() {
        eventfd_write(descriptor, 1)
    }

    /// Waits until the event has happened or a moment is past; false for the latter.
    package func wait(until deadline: Moment) -> Bool {
        Poll.wait(descriptor, for: Int16(POLLIN), until: deadline)
    }
}
