import Glibc
import Testing
import WorkerCore

@testable import WorkerOS

@Suite(.timeLimit(.minutes(1))) struct NotifySelfProbeTests {
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    private static let replies: [(String, ProbeReply.State)] = [
        (answer, ProbeReply.State.complete(isKept: true)),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", .incomplete),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", .incomplete), ("", .incomplete),
        (
            "HTTP/1.1 503 x\r\ncontent-length:0\r\nconnection: Close\r\n\r\n",
            .complete(isKept: false)
        ),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", .complete(isKept: false)),
        ("HTTP/1.1 200 OK\r\n\r\n", .complete(isKept: false)),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP", .complete(isKept: false)),
        ("SSH-2.0-x\r\n\r\n", .broken), ("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", .broken),
        (String(repeating: "x", count: 66_560), .broken),
    ]

    @Test(arguments: replies)
    func `A reply ends where its length says`(text: String, state: ProbeReply.State) {
        var reply = ProbeReply()
        #expect(reply.take(Array(text.utf8)) == state)
    }

    @Test func `A reply may come byte by byte`() {
        var reply = ProbeReply()
        let states = Self.answer.utf8.map { reply.take([$0]) }
        #expect(states.dropLast().allSatisfy { $0 == .incomplete })
        #expect(states.last == .complete(isKept: true))
    }

    @Test(arguments: [LoopbackAddress.standard, .ipv6])
    func `A worker is asked again and again over one connection`(host: LoopbackAddress) throws {
        let socket = try ListeningSocket.bind(host: host, port: 0)
        try socket.listen()
        let server = try ScriptedServer(socket.descriptor, [[Self.answer, Self.answer]])
        let probe = SelfProbe(listening: socket.descriptor)
        #expect(probe.probe(deadlineNanoseconds: seconds(10)))
        #expect(probe.probe(deadlineNanoseconds: seconds(10)))
        #expect(
            server.finish() == [
                String(repeating: "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 2)
            ])
    }

    @Test func `A connection that the worker has closed is replaced`() throws {
        let socket = try ListeningSocket.bind(port: 0)
        try socket.listen()
        let server = try ScriptedServer(socket.descriptor, [[Self.answer], [Self.answer]])
        let probe = SelfProbe(listening: socket.descriptor)
        #expect(probe.probe(deadlineNanoseconds: seconds(10)))
        #expect(probe.probe(deadlineNanoseconds: seconds(10)))
        #expect(server.finish().count == 2)
    }

    @Test func `A worker that only takes connections does not answer`() throws {
        let socket = try ListeningSocket.bind(port: 0)
        try socket.listen()
        let probe = SelfProbe(listening: socket.descriptor)
        let start = MonotonicClock.now()
        #expect(!probe.probe(deadlineNanoseconds: seconds(0.2)))
        #expect(MonotonicClock.now() - start >= 200_000_000)
    }

    @Test func `A worker that no longer listens does not answer`() throws {
        let socket = try ListeningSocket.bind(port: 0)
        #expect(!SelfProbe(listening: socket.descriptor).probe(deadlineNanoseconds: seconds(5)))
        #expect(!SelfProbe(listening: -1).probe(deadlineNanoseconds: seconds(5)))
    }

    @Test func `A Unix socket is asked by its path, and one without a file is left alone`() throws {
        let folder = TemporaryFolder()
        let path = folder.path("worker.sock")
        let socket = unix(path)
        defer { close(socket) }
        let server = try ScriptedServer(socket, [[Self.answer]])
        let probe = SelfProbe(listening: socket)
        #expect(probe.probe(deadlineNanoseconds: seconds(10)))
        #expect(server.finish().count == 1)
        unsafe unlink(path)
        #expect(probe.probe(deadlineNanoseconds: seconds(10)))
    }

    @Test func `A full backlog does not hold a probe beyond its deadline`() throws {
        let folder = TemporaryFolder()
        let socket = unix(folder.path("worker.sock"))
        defer { close(socket) }
        let probes = (0..<3).map { _ in SelfProbe(listening: socket) }
        let start = MonotonicClock.now()
        for probe in probes { #expect(!probe.probe(deadlineNanoseconds: seconds(0.1))) }
        #expect(MonotonicClock.now() - start < 5_000_000_000)
    }

    /// A Unix socket that listens with the shortest backlog.
    private func unix(_ path: String) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: path.utf8)
        }
        let status = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(status == 0 && listen(descriptor, 0) == 0)
        return descriptor
    }
}
