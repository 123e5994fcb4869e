import TestSupport
import Testing

@testable import PluginHost

@Suite(.blocking) struct FrameSocketTests {
    private struct Seen: Equatable {
        let head: FrameHead
        let payload: [UInt8]
    }

    private func pair() throws -> (FrameSocket, FrameSocket) {
        let (ours, theirs) = try #require(FrameSocket.pair())
        return (ours, FrameSocket(theirs))
    }

    private func send(
        _ socket: FrameSocket, _ kind: FrameKind, flags: UInt8 = 0, call: UInt64 = 0,
        _ parts: [[UInt8]]
    ) throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: parts.reduce(0) { $0 + $1.count }, alignment: 1)
        defer { unsafe memory.deallocate() }
        unsafe memory.copyBytes(from: parts.joined())
        var runs: [UnsafeRawBufferPointer] = unsafe []
        var start = 0
        for part in parts {
            unsafe runs.append(
                UnsafeRawBufferPointer(rebasing: memory[start..<(start + part.count)]))
            start += part.count
        }
        try unsafe socket.send(kind, flags: flags, call: call, runs)
    }

    private func receive(_ socket: FrameSocket) throws -> Seen {
        try unsafe socket.receive { unsafe Seen(head: $0, payload: Array($1)) }
    }

    private static let pattern = (0..<255).map { UInt8($0) }

    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { Self.pattern[$0 % 255] } }

    @Test(arguments: [0, 1, 15, 16, 65_519, 65_520, 65_521, 131_072, 3_000_000])
    func `A frame of any size arrives as it was sent`(_ size: Int) throws {
        let (ours, theirs) = try pair()
        let payload = bytes(size)
        let sending = Background { try self.send(ours, .result, flags: 3, call: 77, [payload]) }
        let seen = try receive(theirs)
        try sending.value()
        #expect(seen.head == FrameHead(.result, flags: 3, call: 77, length: size))
        #expect(seen.payload == payload)
    }

    @Test func `Frames that come together are told apart, whatever their sizes`() throws {
        let (ours, theirs) = try pair()
        let sizes = [0, 5, 60_000, 5_000, 0, 70_000, 1, 65_520, 16, 200_000, 2]
        let sending = Background {
            for size in sizes {
                try self.send(ours, .lines, call: UInt64(size), [self.bytes(size)])
            }
        }
        for size in sizes {
            let seen = try receive(theirs)
            #expect(seen.head.call == UInt64(size))
            #expect(seen.payload == bytes(size))
        }
        try sending.value()
    }

    @Test func `A payload in parts is one payload, with or without empty ones`() throws {
        let (ours, theirs) = try pair()
        try send(ours, .execute, [Array("[".utf8), [], Array("1".utf8), Array("]".utf8)])
        #expect(try receive(theirs).payload == Array("[1]".utf8))
    }

    @Test func `The end of the other side is an error, also in the middle of a frame`() throws {
        let (ours, theirs) = try pair()
        try send(ours, .result, [[1]])
        ours.shutDown()
        _ = try receive(theirs)
        #expect(throws: FrameSocket.Failure.closed) { try receive(theirs) }
        #expect(throws: FrameSocket.Failure.closed) { try send(theirs, .result, [[1]]) }
    }

    @Test func `Whole frames that are there are lent without a wait, parts of one are kept`() throws
    {
        let (ours, theirs) = try pair()
        var seen: [Seen] = []
        #expect(
            unsafe theirs.receiveWhatIsThere {
                unsafe seen.append(Seen(head: $0, payload: Array($1)))
            })
        #expect(seen.isEmpty)
        try send(ours, .hello, [[1, 2]])
        try send(ours, .state, [])
        #expect(
            unsafe theirs.receiveWhatIsThere {
                unsafe seen.append(Seen(head: $0, payload: Array($1)))
            })
        #expect(seen.map(\.payload) == [[1, 2], []])
        ours.shutDown()
        #expect(unsafe !theirs.receiveWhatIsThere { _, _ in })
    }

    @Test func `A long control frame is lent once it is whole, and what follows as well`() throws {
        let (ours, theirs) = try pair()
        let sending = Background {
            for size in [66_000, 3, 1_000_000, 70_000, 0] {
                try self.send(ours, .state, [self.bytes(size)])
            }
        }
        var seen: [[UInt8]] = []
        while seen.count < 5 {
            #expect(theirs.isReadable(within: UInt64(Deadline.patience)))
            #expect(unsafe theirs.receiveWhatIsThere { unsafe seen.append(Array($1)) })
        }
        #expect(seen == [66_000, 3, 1_000_000, 70_000, 0].map(bytes))
        try sending.value()
    }

    @Test func `A control frame that is longer than any may be ends the connection`() throws {
        let (ours, theirs) = try pair()
        var head = [UInt8](repeating: 0, count: FrameHead.size)
        unsafe head.withUnsafeMutableBytes {
            unsafe FrameHead(.state, length: (16 << 20) + 1).write(to: $0)
        }
        #expect(try unsafe head.withUnsafeBytes { try unsafe ours.sendNow($0) } == head.count)
        #expect(unsafe !theirs.receiveWhatIsThere { _, _ in })
    }

    @Test func `What a full socket does not take at once is sent by one that waits`() throws {
        let (ours, theirs) = try pair()
        let payload = bytes(300_000)
        var frame = [UInt8](repeating: 0, count: FrameHead.size)
        unsafe frame.withUnsafeMutableBytes { bytes in
            unsafe FrameHead(.execute, call: 9, length: payload.count).write(to: bytes)
        }
        frame += payload
        let taken = try unsafe frame.withUnsafeBytes { try unsafe ours.sendNow($0) }
        #expect((1..<frame.count).contains(taken))
        #expect(try unsafe frame.withUnsafeBytes { try unsafe ours.sendNow($0) } == 0)
        let rest = frame[taken...]
        let sending = Background { try ours.send(rest: rest) }
        #expect(try receive(theirs).payload == payload)
        try sending.value()
    }

    @Test func `It is said what of a frame is there, without waiting for more`() throws {
        let (ours, theirs) = try pair()
        #expect(theirs.arrival() == .nothing)
        try send(ours, .result, call: 1, [[1, 2, 3]])
        try send(ours, .error, call: 2, [[4]])
        let first = FrameHead(.result, call: 1, length: 3)
        #expect(theirs.arrival() == .whole(first))
        #expect(theirs.arrival() == .whole(first))
        #expect(try receive(theirs) == Seen(head: first, payload: [1, 2, 3]))
        #expect(theirs.arrival() == .whole(FrameHead(.error, call: 2, length: 1)))
        _ = try receive(theirs)
        #expect(theirs.arrival() == .nothing)
        let long = FrameHead(.lines, call: 3, length: 100_000)
        let sending = Background { try self.send(ours, .lines, call: 3, [self.bytes(100_000)]) }
        while theirs.arrival() == .nothing {}
        #expect(theirs.arrival() == .part(long))
        _ = try receive(theirs)
        try sending.value()
        ours.shutDown()
        #expect(theirs.arrival() == .closed)
    }
}
