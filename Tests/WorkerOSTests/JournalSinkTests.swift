import Glibc
import TestSupport
import Testing
import WorkerCore

@testable import WorkerOS

@Suite(.blocking) struct JournalSinkTests {
    @Test func `An entry that no datagram holds goes in a file that changes no more`() throws {
        let folder = try TestSupport.TemporaryFolder()
        let receiver = try NotifyReceiver(path: folder.file("journal"))
        let sink = try JournalSink(path: receiver.name)
        let entry = [UInt8](repeating: UInt8(ascii: "x"), count: 4 << 20)
        let framed = JournalSink.framed(entry)
        #expect(sink.write(framed.span) == framed.count)
        let file = try #require(receiver.nextDescriptor())
        var status = stat()
        #expect(unsafe fstat(file.raw, &status) == 0 && Int(status.st_size) == entry.count)
        #expect(unsafe pwrite(file.raw, "y", 1, 0) == -1 && errno == EPERM)
    }

    @Test func `A journal whose queue is full takes what waits later, in its order`() throws {
        let folder = try TestSupport.TemporaryFolder()
        let receiver = try JournalReceiver(in: folder)
        let log = Log(journal: try JournalSink(path: receiver.path), level: .info)
        for number in 0..<600 { log.info("line \(number)") }
        for number in 0..<600 {
            #expect(receiver.next()?["MESSAGE"] == "line \(number)")
        }
        #expect(log.flush(until: inTime))
    }

    @Test func `There is no sink where no journal listens`() {
        #expect(throws: SystemError(code: ENOENT)) { try JournalSink(path: "/nonexistent/socket") }
    }
}
