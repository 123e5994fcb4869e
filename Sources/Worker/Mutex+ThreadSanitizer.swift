#if UW_THREAD_SANITIZER
    internal import WorkerThreads

    // In the place of `Synchronization.Mutex`, which the thread sanitizer cannot see through.
    typealias Mutex = PthreadMutex
#endif
