import Glibc
import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

@Suite(.blocking) struct LogTests {
    private static let time = Timestamp(seconds: 1_795_555_445, milliseconds: 123)

    init() {
        signal(SIGPIPE) { _ in }
    }

    private func log(
        _ descriptor: Int32, _ level: LogLevel = .debug, isJournal: Bool = false,
        capacity: Int = 256 << 10
    ) -> Log {
        Log(
            descriptor: descriptor, level: level, isJournal: isJournal, capacity: capacity,
            clock: { Self.time })
    }

    @Test func `A line reaches a file before the call returns`() {
        let folder = TemporaryFolder()
        let path = folder.write("log", [])
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND)
        defer { close(descriptor) }
        let log = log(descriptor, .info)
        log.error("one")
        log.warning("two")
        log.info("three")
        log.debug("never")
        #expect(
            String(decoding: TemporaryFolder.read(path), as: UTF8.self) == """
                2026-11-24T21:24:05.123Z error one
                2026-11-24T21:24:05.123Z warning two
                2026-11-24T21:24:05.123Z info three

                """)
        #expect(log.flush(until: .zero))
    }

    @Test func `A message below the level is never made`() {
        func message() -> String {
            Issue.record("it was made")
            return ""
        }
        log(-1, .warning).info(message())
    }

    @Test func `The journal gets priorities`() {
        let pipe = TestPipe()
        let log = log(pipe.writing, isJournal: true)
        for level in LogLevel.allCases { log.write(level, .other, "x") }
        let text = pipe.read { $0.contains("debug x\n") }
        #expect(text.split(separator: "\n").map { $0.prefix(3) } == ["<3>", "<4>", "<6>", "<7>"])
    }

    @Test func `A full pipe never blocks, keeps the order and tells what was dropped`() {
        let pipe = TestPipe()
        let filled = pipe.fill()
        let log = log(pipe.writing, capacity: 4_096)
        for number in 0..<1_000 { log.info("line \(number)") }
        #expect(!log.flush(until: .now() + .milliseconds(1)))
        let text = pipe.read { $0.contains("dropped") }
        #expect(log.flush(until: inTime))
        let lines = text.dropFirst(filled).split(separator: "\n")
        let kept = lines.filter { $0.contains(" info line ") }
        #expect(kept.count > 50 && kept.count < 1_000)
        #expect(kept.enumerated().allSatisfy { $1.hasSuffix(" info line \($0)") })
        #expect(
            lines.last?.hasSuffix(
                " warning \(1_000 - kept.count) log lines were dropped, since the log was not read")
                == true)
        log.info("after")
        #expect(pipe.read { $0.hasSuffix("\n") }.hasSuffix(" info after\n"))
    }

    @Test func `Lines of requests leave half of the room to what else there is to say`() {
        let pipe = TestPipe()
        let filled = pipe.fill()
        let log = log(pipe.writing, capacity: 4_096)
        for _ in 0..<1_000 { log.tell(AccessRecord().record) }
        log.error("something else")
        let text = pipe.read { $0.contains("something else") }
        #expect(log.flush(until: inTime))
        let lines = text.dropFirst(filled).split(separator: "\n")
        let requests = lines.count { $0.contains(" request: ") }
        #expect(requests > 10 && requests < 100)
        #expect(
            lines.contains {
                $0.hasSuffix(
                    "\(1_000 - requests) log lines were dropped, since the log was not read")
            })
    }

    @Test func `Lines of many threads arrive whole and none is lost while there is room`() throws {
        let pipe = TestPipe()
        let log = log(pipe.writing, capacity: 8 << 20)
        let threads = try (0..<4).map { thread in
            try TestThread(name: "writer") {
                for number in 0..<2_000 { log.info("\(thread) \(number)") }
            }
        }
        let text = pipe.read { text in text.utf8.count { $0 == 10 } == 8_000 }
        for thread in threads { #expect(thread.join()) }
        var next = [0, 0, 0, 0]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            let thread = try #require(Int(words[2]))
            #expect(Int(words[3]) == next[thread])
            next[thread] += 1
        }
        #expect(next == [2_000, 2_000, 2_000, 2_000])
    }

    @Test func `A descriptor that others share stays blocking`() {
        let pipe = TestPipe()
        log(pipe.writing).info("x")
        #expect(fcntl(pipe.writing, F_GETFL) & O_NONBLOCK == 0)
    }

    @Test func `Long lines go through a full pipe in one piece`() {
        let pipe = TestPipe()
        let filled = pipe.fill()
        let log = log(pipe.writing)
        let message = String(repeating: "ä", count: 10_000)
        log.info(message)
        let text = pipe.read { $0.hasSuffix("\n") }
        #expect(text.dropFirst(filled) == "2026-11-24T21:24:05.123Z info \(message)\n")
    }

    @Test func `A closed descriptor and a pipe without a reader are ignored`() {
        log(-1).error("x")
        let pipe = TestPipe()
        let log = log(pipe.writing)
        pipe.closeReading()
        log.error("x")
        #expect(log.flush(until: .zero))
    }

    @Test func `A reader that leaves ends the wait of what was pending`() {
        let pipe = TestPipe()
        let log = log(pipe.writing)
        for number in 0..<3_000 { log.info("line \(number)") }
        #expect(!log.flush(until: .zero))
        pipe.closeReading()
        #expect(log.flush(until: inTime))
    }

    @Test func `A socket that is not read never blocks`() {
        var ends: [Int32] = [0, 0]
        unsafe socketpair(
            AF_UNIX, Int32(bitPattern: SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
        let log = log(ends[0], capacity: 1_024)
        for number in 0..<10_000 { log.info("line \(number)") }
        #expect(!log.flush(until: .zero))
        close(ends[1])
        #expect(log.flush(until: inTime))
        close(ends[0])
    }

    @Test func `A pipe that cannot be opened again is written to after a look`() {
        let pipe = TestPipe()
        let sink = LineSink(descriptor: pipe.writing, reopens: false)
        let block = [UInt8](repeating: 46, count: 10_000)
        var total = 0
        while true {
            let count = sink.write(block.span)
            if count == 0 { break }
            #expect(count <= 4_096)
            total += count
        }
        #expect(total >= 4_096)
    }

    @Test func `The journal's stream is known by device and inode`() throws {
        let pipe = TestPipe()
        var status = stat()
        #expect(unsafe fstat(pipe.writing, &status) == 0)
        let variable = "\(status.st_dev):\(status.st_ino)"
        #expect(JournalStream.leads(from: pipe.writing, variable: variable))
        #expect(!JournalStream.leads(from: pipe.writing, variable: variable + "0"))
        #expect(!JournalStream.leads(from: pipe.writing, variable: nil))
        #expect(!JournalStream.leads(from: -1, variable: variable))
    }
}
