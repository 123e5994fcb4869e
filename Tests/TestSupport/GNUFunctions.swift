import Glibc

/// Functions of glibc which its Swift module leaves out, found by name.
enum GNUFunctions {
    /// The corresponding C function is `pidfd_open`.
    static func openHandle(_ pid: Int32) -> Int32 {
        typealias Function = @convention(c) (Int32, UInt32) -> Int32
        return unsafe unsafeBitCast(find("pidfd_open"), to: Function.self)(pid, 0)
    }

    /// The corresponding C function is `pipe2`.
    static func pipe(_ ends: UnsafeMutablePointer<Int32>, _ flags: Int32) -> Int32 {
        typealias Function = @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
        return unsafe unsafeBitCast(find("pipe2"), to: Function.self)(ends, flags)
    }

    /// The corresponding C function is `posix_spawn_file_actions_addclosefrom_np`.
    static func closeAll(
        from first: Int32, in actions: UnsafeMutablePointer<posix_spawn_file_actions_t>
    ) {
        typealias Function =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        let symbol = unsafe find("posix_spawn_file_actions_addclosefrom_np")
        _ = unsafe unsafeBitCast(symbol, to: Function.self)(actions, first)
    }

    /// Makes a user the effective one of this thread alone; that of the whole process stays.
    ///
    /// The corresponding system call is `setresuid`, where the C function changes all threads.
    static func setThreadUser(_ user: uid_t) -> Int {
        #if arch(x86_64)
            let number = 117
        #else
            let number = 147
        #endif
        typealias Function = @convention(c) (Int, Int, Int, Int) -> Int
        let call = unsafe unsafeBitCast(find("syscall"), to: Function.self)
        return call(number, -1, Int(user), -1)
    }

    private static func find(_ name: String) -> UnsafeMutableRawPointer {
        guard let symbol = unsafe dlsym(nil, name) else {
            preconditionFailure("this glibc has no \(name)")
        }
        return unsafe symbol
    }
}
