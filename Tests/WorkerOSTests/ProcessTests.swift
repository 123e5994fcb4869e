import Glibc
import Testing
import WorkerCore
import WorkerOS
import WorkerThreads

@Suite struct ProcessTests {
    @Test func `The clock goes forward`() {
        let first = Moment.now()
        #expect(Moment.now() >= first)
        #expect(first > .zero)
    }

    @Test func `The executable is an absolute path to a file`() throws {
        let path = try #require(ExecutablePath.current())
        #expect(path.hasPrefix("/"))
        #expect(unsafe access(path, X_OK) == 0)
    }

    @Test func `The limit of open files is raised once, by as much as is asked for`() {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let wanted = min(UInt(limit.rlim_max), UInt(limit.rlim_cur) + 10)
        #expect(ProcessLimits.raiseOpenFiles(by: 10) == wanted)
        #expect(ProcessLimits.raiseOpenFiles(by: 10) == wanted)
    }

    @Test func `Errors of the system have a text and a name`() {
        #expect(SystemError(code: EACCES).description == "Permission denied (EACCES)")
        #expect(SystemError(code: 9_999).description == "error 9999")
    }

    @Test func `The environment is copied`() {
        let environment = Environment.current()
        let home = unsafe getenv("HOME").map { unsafe String(cString: $0) }
        #expect(environment["HOME"] == home)
        #expect(environment["SHELL"] == nil)
    }

    @Test(arguments: [
        (["LISTEN_PID": "42", "LISTEN_FDS": "1"], 1), (["LISTEN_PID": "42", "LISTEN_FDS": "3"], 3),
        (["LISTEN_PID": "41", "LISTEN_FDS": "1"], 0), (["LISTEN_FDS": "1"], 0),
        (["LISTEN_PID": "42"], 0), (["LISTEN_PID": "42", "LISTEN_FDS": "x"], 0),
        (["LISTEN_PID": "42", "LISTEN_FDS": "-1"], 0), ([:], 0),
    ])
    func `Sockets of systemd are those meant for this process`(values: [String: String], count: Int)
    {
        #expect(Environment(values: values).inheritedSockets(processID: 42) == count)
    }
}
