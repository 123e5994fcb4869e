#if UW_THREAD_SANITIZER
    private import Glibc

    /// The interface of `Synchronization.Mutex` over a pthread mutex, for the thread sanitizer.
    ///
    /// The sanitizer does not see the standard library's lock, whose fast path is inlined and whose
    /// slow path is not instrumented, and takes what it guards for races. `make check-thread`
    /// builds with this one in its place; see the aliases in the rooms.
    @safe package struct PthreadMutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
        private let value: UnsafeMutablePointer<Value>
        private let lock: UnsafeMutablePointer<pthread_mutex_t>

        /// Makes an unlocked mutex around a value.
        package init(_ value: consuming sending Value) {
            unsafe self.value = .allocate(capacity: 1)
            unsafe self.value.initialize(to: value)
            unsafe lock = .allocate(capacity: 1)
            unsafe pthread_mutex_init(lock, nil)
        }

        deinit {
            unsafe pthread_mutex_destroy(lock)
            unsafe lock.deallocate()
            unsafe value.deinitialize(count: 1)
            unsafe value.deallocate()
        }

        /// Lends the value to a closure, to one at a time.
        package borrowing func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            unsafe pthread_mutex_lock(lock)
            defer { unsafe pthread_mutex_unlock(lock) }
            return try unsafe body(&value.pointee)
        }

        /// The same if the lock is free; otherwise nil, and the closure is not called.
        package borrowing func withLockIfAvailable<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result? {
            guard unsafe pthread_mutex_trylock(lock) == 0 else { return nil }
            defer { unsafe pthread_mutex_unlock(lock) }
            return try unsafe body(&value.pointee)
        }
    }

    // In the place of `Synchronization.Mutex`, which the thread sanitizer cannot see through.
    typealias Mutex = PthreadMutex
#endif
