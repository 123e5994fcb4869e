import Glibc

/// What this build is instrumented with.
public enum Sanitizer {
    /// Whether memory is counted as it is: the address sanitizer keeps what has been freed.
    public static var leavesMemoryAlone: Bool { unsafe dlsym(nil, "__asan_init") == nil }
}
