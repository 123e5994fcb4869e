import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerJSON
import WorkerThreads

@testable import WorkerHTTP

@Suite(.blocking) struct StreamReaderTests {
    /// A stream's two ends, with a response whose buffers have a size.
    private final class Stream {
        let pipe = StreamPipe(limit: 100)
        private let held = Holding(of: .unlimited)
        private var reader = StreamReader()
        private let size: Int

        init(size: Int) { self.size = size }

        var holds: Int { held.count }

        func offer(_ text: String) {
            var lines = buffer(text)
            held.add(lines.count)
            if case .taken = pipe.offer(&lines) { return }
            Issue.record("\(text) was not taken")
        }

        /// What one reading brings: the text, or what else came of it.
        func read() -> (text: String, reading: StreamReader.Reading) {
            var bytes = [UInt8](repeating: 0, count: size)
            let reading = unsafe bytes.withUnsafeMutableBytes {
                unsafe reader.read(into: $0, from: pipe, held: held)
            }
            guard case .copied(let count) = reading else { return ("", reading) }
            return (String(decoding: bytes[..<count], as: UTF8.self), reading)
        }
    }

    @Test func `Lines are copied in the sizes that the response asks for`() {
        let stream = Stream(size: 4)
        stream.offer("1\n2\n")
        stream.offer("345\n")
        #expect([stream.read().text, stream.read().text] == ["1\n2\n", "345\n"])
        #expect(stream.read().reading == .nothing)
    }

    @Test func `What a buffer does not take is copied next, before what came meanwhile`() {
        let stream = Stream(size: 3)
        stream.offer("12345\n")
        #expect(stream.read().text == "123")
        stream.offer("6\n")
        #expect([stream.read().text, stream.read().text] == ["45\n", "6\n"])
    }

    @Test func `Lines count until the last of them has been copied`() {
        let stream = Stream(size: 3)
        stream.offer("1234\n")
        _ = stream.read()
        _ = stream.read()
        #expect(stream.holds == 5)
        #expect(stream.read().reading == .nothing)
        #expect(stream.holds == 0)
    }

    @Test func `The end comes behind the last lines`() {
        let stream = Stream(size: 100)
        stream.offer("1\n")
        _ = stream.pipe.finish(buffer("2\n"), .error)
        #expect(stream.read().text == "1\n2\n")
        #expect(stream.read().reading == .ended(.error))
    }

    @Test func `A client that has gone ends it between two lines`() {
        let stream = Stream(size: 2)
        stream.offer("1\n2\n")
        #expect(stream.read().text == "1\n")
        _ = stream.pipe.drop()
        #expect([stream.read().text, "\(stream.read().reading)"] == ["2\n", "dropped"])
    }
}
