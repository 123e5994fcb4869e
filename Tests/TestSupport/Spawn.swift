import Glibc

/// Starting a child with nothing inherited by accident: no signal mask, no handler, no descriptor.
enum Spawn {
    static func spawn(
        _ binary: String, _ arguments: [String], environment: [String: String],
        output: Descriptor, error: Descriptor, inherited: [Descriptor]
    ) throws -> pid_t {
        ignoreBrokenPipes()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)

        // Copies above all targets, so that no dup2 overwrites the source of a later one.
        let sources = try ([output, error] + inherited).map { descriptor in
            try Descriptor(fcntl(descriptor.raw, F_DUPFD_CLOEXEC, 100), from: "fcntl")
        }
        for (index, source) in sources.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, source.raw, Int32(index + 1))
        }
        unsafe GNUFunctions.closeAll(from: Int32(sources.count + 1), in: &actions)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID
        let flags = newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var pid: pid_t = 0
        let result = unsafe withCStrings([binary] + arguments) { argv in
            unsafe withCStrings(merged(environment)) { envp in
                unsafe posix_spawn(&pid, binary, &actions, &attributes, argv, envp)
            }
        }
        guard result == 0 else { throw TestFailure("\(binary): \(errorText(result))") }
        return pid
    }

    /// This process's variables without those of the fixtures that it runs itself: a worker's
    /// plugin would write into their trace and wait at their gates.
    private static func merged(_ additions: [String: String]) -> [String] {
        var result: [String] = additions.map { "\($0.key)=\($0.value)" }
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text)
            let name = String(pair.prefix { $0 != "=" })
            if additions[name] == nil, !name.hasPrefix("FIXTURE_") { result.append(pair) }
            unsafe entry += 1
        }
        return result
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
            .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { unsafe copies[index] = strdup(string) }
        unsafe copies[strings.count] = nil
        defer {
            for index in strings.indices { unsafe free(copies[index]) }
            unsafe copies.deallocate()
        }
        return unsafe body(copies)
    }
}
