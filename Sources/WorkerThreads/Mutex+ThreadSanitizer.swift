#if UW_THREAD_SANITIZER
    // In the place of `Synchronization.Mutex`, which the thread sanitizer cannot see through.
    typealias Mutex = PthreadMutex
#endif
