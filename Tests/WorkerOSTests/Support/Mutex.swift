#if UW_THREAD_SANITIZER
    import Synchronization

    // What tests mean, as the room's own alias is seen by them, too.
    typealias Mutex = Synchronization.Mutex
#endif
