import Glibc
import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

@Suite(.blocking) struct NotifierTests {
    private func notifier(_ name: String) -> Notifier {
        Notifier(environment: Environment(values: ["NOTIFY_SOCKET": name]))
    }

    @Test(arguments: [false, true])
    func `Each message is one datagram of lines`(isAbstract: Bool) throws {
        let manager = try NotifyReceiver(isAbstract: isAbstract)
        let notifier = notifier(manager.name)
        notifier.ready(status: "serving")
        #expect(manager.next() == "READY=1\nSTATUS=serving")
        #expect(notifier.watchdog())
        #expect(manager.next() == "WATCHDOG=1")
        notifier.stopping(status: "ending", within: .microseconds(1_500))
        #expect(manager.next() == "STOPPING=1\nSTATUS=ending\nEXTEND_TIMEOUT_USEC=1500")
        notifier.failed(status: "no plugin")
        #expect(manager.next() == "STATUS=no plugin")
    }

    @Test(arguments: [
        ("one\nREADY=1", "one\\nREADY=1"), ("a\r\nb\u{0}", "a\\r\\nb\\x00"),
        ("größer 🎉", "größer 🎉"), ("", ""),
    ])
    func `No text can smuggle in a line`(text: String, line: String) throws {
        let manager = try NotifyReceiver()
        notifier(manager.name).failed(status: text)
        #expect(manager.next() == "STATUS=\(line)")
    }

    @Test(arguments: ["x", "é", "\u{1b}"])
    func `No text makes a message longer than the manager takes`(character: String) throws {
        let manager = try NotifyReceiver()
        let text = String(repeating: character, count: 5_000)
        let notifier = notifier(manager.name)
        notifier.ready(status: text)
        notifier.stopping(status: text, within: .nanoseconds(.max))
        notifier.failed(status: text)
        for _ in 0..<3 { #expect((1_000..<1_200).contains(manager.next()?.utf8.count ?? 0)) }
    }

    @Test(arguments: [
        nil, "", "vsock:2:1234", "relative/path", "/" + String(repeating: "x", count: 200),
    ])
    func `Nothing is sent where no manager listens`(name: String?) {
        let notifier = Notifier(
            environment: Environment(values: name.map { ["NOTIFY_SOCKET": $0] } ?? [:]))
        notifier.ready(status: "unheard")
        #expect(notifier.watchdog())
    }

    @Test func `A manager that is absent is told as soon as it is there, and no exit waits for it`()
        throws
    {
        let folder = TemporaryFolder()
        let notifier = notifier(folder.path("notify"))
        #expect(!notifier.watchdog())
        notifier.ready(status: "early")
        notifier.flush(until: .never)
        let manager = try NotifyReceiver(path: folder.path("notify"))
        #expect(manager.next() == "READY=1\nSTATUS=early")
        #expect(notifier.watchdog())
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

    @Test func `What a full queue does not take is repeated in its order, and nothing waits`()
        throws
    {
        let manager = try NotifyReceiver()
        let notifier = notifier(manager.name)
        var signs = 0
        while notifier.watchdog() { signs += 1 }
        #expect(signs > 0)
        notifier.ready(status: "late")
        notifier.stopping(status: "at once", within: .microseconds(7))
        notifier.flush(until: .now() + .milliseconds(1))
        #expect(!notifier.watchdog())
        for _ in 0..<signs { #expect(manager.next() == "WATCHDOG=1") }
        #expect(manager.next() == "READY=1\nSTATUS=late")
        #expect(manager.next() == "STOPPING=1\nSTATUS=at once\nEXTEND_TIMEOUT_USEC=7")
    }
}
