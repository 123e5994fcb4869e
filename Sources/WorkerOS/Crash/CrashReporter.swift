import CCrash
package import WorkerCore

/// The report on stderr that a crash leaves behind, before the signal does what it does by default.
///
/// One report for a process, of the first thread that crashes: signal and code, address, plugin,
/// thread, the running calls and their ages, and a backtrace of `object+0xoffset in function+0xoffset`, the
/// latter if the object's file tells it. Each line begins with `CRASH: `. The exit status
/// and core dumps stay as without it. A stderr that takes nothing holds the end up by 200 ms.
package enum CrashReporter {
    /// Takes over SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGTRAP and SIGFPE, and prepares the calling thread.
    ///
    /// Call it once, early and while there is one thread; handlers that were there before (the
    /// debug Swift runtime's) are replaced. Of `describe`, `module:class`, 255 bytes count;
    /// `isJournal` puts the priority in front of each line that journald reads, `isJSON` makes an object in
    /// JSON of each; `descriptor` is where stderr leads. The corresponding C
    /// function is `sigaction`.
    /// - Throws: `SystemError` where the system refuses a stack for the report.
    package static func install(
        describe description: String, isJournal: Bool = false, isJSON: Bool = false,
        to descriptor: Int32 = 2
    ) throws(SystemError) {
        let error = unsafe ccrash_install(
            description,
            isJSON ? CCRASH_JSON : isJournal ? CCRASH_PRIORITIES : CCRASH_PLAIN, descriptor)
        guard error == 0 else { throw SystemError(code: error) }
    }

    /// Gives the calling thread a stack of its own for the report, so that it can report its stack's overflow.
    ///
    /// Call it at the start of each of the worker's threads; the stack, 64 KiB of which untouched
    /// pages cost nothing, goes when the thread does. A thread without one, as plugins make them,
    /// reports all crashes but those of its stack. False where there is no memory. The
    /// corresponding C function is `sigaltstack`.
    @discardableResult
    package static func prepareThread() -> Bool {
        ccrash_prepare_thread() == 0
    }

    /// Notes which libraries are loaded where, so that the backtrace can name them.
    ///
    /// Call it after the plugin's load, on any thread; others that come later are named if there is a
    /// /proc. The corresponding C function is `dl_iterate_phdr`.
    package static func objectsChanged() {
        ccrash_objects_changed()
    }
}

/// The running calls as a crash report lists them.
///
/// A fixed table of plain atomics: any thread may write, a slot by one at a time; nothing blocks,
/// nothing allocates.
package enum CrashCalls {
    /// The number of slots; those beyond are not listed.
    package static let capacity = Int(CCRASH_SLOTS)

    /// Notes that a call runs in a slot, from a moment on; of its id 63 bytes count.
    package static func begin(slot: Int, id: String, start: Moment) {
        guard let slot = UInt32(exactly: slot) else { return }
        var id = id
        id.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                unsafe ccrash_call_begin(
                    slot, text.baseAddress, text.count, start.nanoseconds)
            }
        }
    }

    /// Notes that a slot's call has ended.
    package static func end(slot: Int) {
        guard let slot = UInt32(exactly: slot) else { return }
        ccrash_call_end(slot)
    }
}
