import Glibc
import Testing

@testable import WorkerOS

@Suite(.timeLimit(.minutes(1))) struct NotifierTests {
    private func notifier(_ name: String) -> Notifier {
        Notifier(environment: Environment(values: ["NOTIFY_SOCKET": name]))
    }

    @Test(arguments: [false, true])
    func `Each message is one datagram of lines`(isAbstract: Bool) throws {
        let manager = try NotifyReceiver(isAbstract: isAbstract)
        let notifier = notifier(manager.name)
        #expect(notifier.ready(status: "serving"))
        #expect(manager.next() == "READY=1\nSTATUS=serving")
        #expect(notifier.status("draining"))
        #expect(manager.next() == "STATUS=draining")
        #expect(notifier.stopping(status: "ending", microseconds: 1_500))
        #expect(manager.next() == "STOPPING=1\nSTATUS=ending\nEXTEND_TIMEOUT_USEC=1500")
        #expect(notifier.watchdog())
        #expect(manager.next() == "WATCHDOG=1")
        #expect(notifier.failed(status: "no plugin", errno: ENOENT))
        #expect(manager.next() == "STATUS=no plugin\nERRNO=2")
        #expect(notifier.failed(status: "no class"))
        #expect(manager.next() == "STATUS=no class")
        #expect(notifier.extendTimeout(microseconds: 7))
        #expect(manager.next() == "EXTEND_TIMEOUT_USEC=7")
    }

    @Test(arguments: [
        ("one\nREADY=1", "one READY=1"), ("a\r\nb\u{0}c\u{85}d\u{2028}e", "a  b c d e"),
        ("größer 🎉", "größer 🎉"), ("", ""),
    ])
    func `No text can smuggle in a line`(text: String, line: String) throws {
        let manager = try NotifyReceiver()
        notifier(manager.name).status(text)
        #expect(manager.next() == "STATUS=\(line)")
    }

    @Test func `A long text is cut between characters`() {
        #expect(NotifyText.line(String(repeating: "x", count: 5_000)).utf8.count == 1_024)
        let odd = NotifyText.line("x" + String(repeating: "é", count: 2_000))
        #expect(odd.utf8.count == 1_023 && odd.hasSuffix("é"))
    }

    @Test(arguments: [nil, "", "vsock:2:1234", "relative/path"])
    func `Where nobody listens for it nothing is sent`(name: String?) {
        let notifier = Notifier(
            environment: Environment(values: name.map { ["NOTIFY_SOCKET": $0] } ?? [:]))
        #expect(notifier.ready(status: "unheard"))
        #expect(notifier.watchdog())
    }

    @Test func `A socket that is not there, or has a name too long, is survived`() {
        #expect(!notifier("/nonexistent/notify").ready(status: "lost"))
        #expect(!notifier("/" + String(repeating: "x", count: 200)).watchdog())
        #expect(!notifier("@nobody-is-bound-to-this-name").status("lost"))
    }

    @Test func `A manager that was replaced is found again`() throws {
        let folder = TemporaryFolder()
        let first = try NotifyReceiver(path: folder.path("notify"))
        let notifier = notifier(first.name)
        #expect(notifier.watchdog())
        first.close()
        let second = try NotifyReceiver(path: folder.path("notify"))
        #expect(notifier.watchdog())
        #expect(second.next() == "WATCHDOG=1")
    }

    @Test func `Signs of life do not wait for a manager whose queue is full`() throws {
        let manager = try NotifyReceiver()
        let notifier = notifier(manager.name)
        var sent = 0
        while notifier.watchdog() { sent += 1 }
        #expect(sent > 0)
        let start = MonotonicClock.now()
        #expect(!notifier.status("unheard"))
        #expect(MonotonicClock.now() - start < 500_000_000)
    }

    @Test func `Readiness waits until a full queue has room`() throws {
        let manager = try NotifyReceiver()
        let notifier = notifier(manager.name)
        while notifier.watchdog() {}
        let reader = try NamedThread.start(name: "reader") {
            while let message = manager.next(), !message.hasPrefix("READY=1") {}
        }
        #expect(notifier.ready(status: "late"))
        #expect(reader.join(deadlineNanoseconds: seconds(10)))
    }
}
