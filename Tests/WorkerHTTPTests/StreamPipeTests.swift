import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerJSON

@testable import WorkerHTTP

@Suite(.blocking) struct StreamPipeTests {
    /// What an offer was answered with, in a word.
    private func offer(_ text: String, to pipe: StreamPipe) -> String {
        var lines = buffer(text)
        let answer = pipe.offer(&lines)
        let isLeft = lines.count > 0
        switch answer {
        case .taken: return isLeft ? "taken and left" : "taken"
        case .takenAndWaking: return isLeft ? "waking and left" : "waking"
        case .full: return isLeft || text.isEmpty ? "full" : "full and gone"
        case .closed: return isLeft || text.isEmpty ? "closed" : "closed and gone"
        }
    }

    private func take(_ pipe: StreamPipe) -> String {
        var lines = ByteBuffer()
        switch pipe.take(&lines) {
        case .lines?: return string(lines)
        case .ended(let end)?: return "end: \(end.rawValue)"
        case nil: return "nothing"
        case .dropped?: return "dropped"
        }
    }

    @Test func `The ends of a stream are spelt as the contract says`() {
        #expect(StreamEnd.complete.rawValue == "complete")
        #expect(StreamEnd.error.rawValue == "error")
        #expect(StreamEnd.cancelled.rawValue == "cancelled")
    }

    @Test func `Lines are taken together, in order, and then their end`() {
        let pipe = StreamPipe(limit: 100)
        #expect(offer("1\n", to: pipe) == "taken")
        #expect(offer("2\n", to: pipe) == "taken")
        #expect(offer("", to: pipe) == "taken")
        let mustWake = pipe.finish(buffer("3\n"), .error)
        #expect(!mustWake)
        #expect(take(pipe) == "1\n2\n3\n")
        #expect(take(pipe) == "end: error")
        #expect(take(pipe) == "end: error")
    }

    @Test func `What waits beyond the limit is left, until it has been taken`() {
        let pipe = StreamPipe(limit: 10)
        #expect(offer("123456789\n", to: pipe) == "taken")
        #expect(offer("x\n", to: pipe) == "full")
        #expect(take(pipe) == "123456789\n")
        #expect(offer("x\n", to: pipe) == "taken")
        // The limit is looked at before, not behind: one offer may go beyond it.
        #expect(offer(String(repeating: "y", count: 1000), to: pipe) == "taken")
        #expect(offer("z\n", to: pipe) == "full")
        // The end is not held back.
        _ = pipe.finish(buffer("end\n"), .complete)
        #expect(take(pipe) == "x\n" + String(repeating: "y", count: 1000) + "end\n")
    }

    @Test func `A reader that finds nothing sleeps, and is woken once`() {
        let pipe = StreamPipe(limit: 10)
        #expect(take(pipe) == "nothing")
        #expect(offer("1\n", to: pipe) == "waking")
        #expect(offer("2\n", to: pipe) == "taken")
        #expect(take(pipe) == "1\n2\n")
        #expect(take(pipe) == "nothing")
        let mustWake = pipe.finish(buffer(""), .cancelled)
        #expect(mustWake)
        #expect(take(pipe) == "end: cancelled")
    }

    @Test(arguments: ["", "last\n"])
    func `The end wakes a sleeper exactly once, with lines or without`(last: String) {
        let pipe = StreamPipe(limit: 10)
        #expect(take(pipe) == "nothing")
        let mustWake = pipe.finish(buffer(last), .complete)
        #expect(mustWake)
        if !last.isEmpty { #expect(take(pipe) == last) }
        #expect(take(pipe) == "end: complete")
    }

    @Test func `A closed pipe takes nothing, and lets waiters go`() throws {
        let pipe = StreamPipe(limit: 1)
        #expect(offer("1\n", to: pipe) == "taken")
        let waiters = (0..<4).map { _ in
            Background {
                while offer("2\n", to: pipe) == "full" { pipe.waitForRoom() }
                return true
            }
        }
        pipe.close()
        for waiter in waiters { #expect(try waiter.value()) }
        #expect(offer("3\n", to: pipe) == "closed")
        pipe.waitForRoom()
        pipe.close()
        // What was there may still be read, as may the end.
        #expect(take(pipe) == "1\n")
        _ = pipe.finish(buffer("4\n"), .cancelled)
        // The last lines say why it ended.
        #expect(take(pipe) == "4\n")
        #expect(take(pipe) == "end: cancelled")
    }

    /// The HTTP thread's part: takes all to the end, asleep while there is nothing.
    private final class Reader: Sendable {
        private let state = Monitor((wakes: 0, sleeps: 0))

        func wake() { state.withLock { $0.wakes += 1 } }

        /// Reads to the end, or for so many takes; true if the wakes fit the sleeps.
        func read(_ pipe: StreamPipe, until stop: (Int) -> Bool = { _ in false }) -> [UInt8]? {
            var all: [UInt8] = []
            while !stop(all.count) {
                var lines = ByteBuffer()
                switch pipe.take(&lines) {
                case .lines?: unsafe lines.withUnsafeBytes { unsafe all += [UInt8]($0) }
                case .ended?, .dropped?: return all
                case nil:
                    let sleeps = state.withLock { state in
                        state.sleeps += 1
                        return state.sleeps
                    }
                    let woken = state.wait(until: Deadline()) {
                        $0.wakes >= sleeps ? $0.wakes == sleeps : nil
                    }
                    guard woken == true else { return nil }
                }
            }
            return all
        }
    }

    private func emit(_ text: String, to pipe: StreamPipe, _ reader: Reader) -> Bool {
        var lines = buffer(text)
        while true {
            switch pipe.offer(&lines) {
            case .taken: return true
            case .takenAndWaking:
                reader.wake()
                return true
            case .full: pipe.waitForRoom()
            case .closed: return false
            }
        }
    }

    @Test(arguments: [1, 100, 1 << 20])
    func `Several threads and a reader that sleeps lose no line and no wake`(limit: Int) throws {
        let (pipe, reader) = (StreamPipe(limit: limit), Reader())
        let writers = (0..<4).map { writer in
            Background {
                for number in 0..<2000 {
                    guard emit("\(writer) \(number)\n", to: pipe, reader) else { return false }
                }
                return true
            }
        }
        let end = Background {
            for writer in writers { guard try writer.value() else { return false } }
            if pipe.finish(buffer("end\n"), .complete) { reader.wake() }
            return true
        }
        let bytes = try #require(reader.read(pipe), "each sleep has its one wake")
        #expect(try end.value())
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 8001 && lines.last == "end")
        for writer in 0..<4 {
            let own = lines.filter { $0.hasPrefix("\(writer) ") }
            #expect(own == (0..<2000).map { "\(writer) \($0)" })
        }
    }

    @Test(arguments: 0..<50)
    func `A close in the midst of it frees all that wait`(after: Int) throws {
        let (pipe, reader) = (StreamPipe(limit: 20), Reader())
        let writers = (0..<3).map { _ in
            Background {
                while emit("line\n", to: pipe, reader) {}
                return true
            }
        }
        let bytes = reader.read(pipe) { $0 > after * 100 }
        #expect(bytes != nil)
        pipe.close()
        for writer in writers { #expect(try writer.value()) }
    }
}
