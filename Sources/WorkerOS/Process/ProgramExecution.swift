internal import CLinux
private import Glibc

/// Becoming another program.
package enum ProgramExecution {
    /// Executes a program in the place of this one, with no signal blocked; returns why it could not.
    ///
    /// `path` is the first argument too. The corresponding C function is `execv`.
    package static func become(_ path: String, arguments: [String]) -> SystemError {
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
        var pointers = unsafe ([path] + arguments).map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        unsafe execv(path, &pointers)
        let error = SystemError.last
        for index in unsafe pointers.indices { unsafe free(pointers[index]) }
        return error
    }
}
