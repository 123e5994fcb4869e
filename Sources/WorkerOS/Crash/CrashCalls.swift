import CLinux
package import WorkerCore

/// The running calls as a crash report lists them.
///
/// A fixed table of plain atomics: any thread may write, a slot by one at a time; nothing blocks,
/// nothing allocates.
package enum CrashCalls {
    /// The number of slots; those beyond are not listed.
    package static let capacity = Int(CLINUX_CRASH_SLOTS)

    /// Notes that a call runs in a slot, from a moment on; of its id 63 bytes count.
    package static func begin(slot: Int, id: String, start: Moment) {
        guard let slot = UInt32(exactly: slot) else { return }
        var id = id
        id.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                unsafe clinux_crash_call_begin(
                    slot, text.baseAddress, text.count, start.nanoseconds)
            }
        }
    }

    /// Notes that a slot's call has ended.
    package static func end(slot: Int) {
        guard let slot = UInt32(exactly: slot) else { return }
        clinux_crash_call_end(slot)
    }
}
