import Glibc
import Testing
import WorkerJSON

@Suite struct ByteBufferTests {
    @Test func `A new buffer holds nothing and has allocated nothing`() {
        let buffer = ByteBuffer()
        let isUnallocated = unsafe buffer.withUnsafeBytes { unsafe $0.baseAddress == nil }
        #expect(isUnallocated)
        let (count, capacity) = (buffer.count, buffer.capacity)
        #expect(count == 0 && capacity == 0)
    }

    @Test func `Reserving makes room exactly, once, and keeps the bytes`() throws {
        var buffer = ByteBuffer()
        buffer.append("abc")
        let reserved = buffer.reserve(1000)
        var capacity = buffer.capacity
        #expect(reserved && capacity == 1000)
        let again = buffer.reserve(10)
        capacity = buffer.capacity
        #expect(again && capacity == 1000)
        #expect(buffer.text == "abc")
    }

    @Test(arguments: [Int.max, Int.max - 64, 1 << 40])
    func `Memory that cannot be had is reported, and changes nothing`(_ size: Int) {
        let none = ByteBuffer(capacity: size) == nil
        #expect(none)
        var buffer = ByteBuffer()
        buffer.append("abc")
        let before = buffer.capacity
        let reserved = buffer.reserve(size)
        let after = buffer.capacity
        #expect(!reserved && before == after)
        #expect(buffer.text == "abc")
    }

    @Test func `Appending within a limit needs room, and asks for none`() {
        func append(_ bytes: [UInt8], _ limit: Int, to buffer: inout ByteBuffer) -> Bool {
            unsafe bytes.withUnsafeBytes { unsafe buffer.append($0, within: limit) }
        }
        var buffer = ByteBuffer()
        var isTaken = append([1], 100, to: &buffer)
        var capacity = buffer.capacity
        #expect(!isTaken && capacity == 0)
        _ = buffer.reserve(4)
        isTaken = append([1, 2, 3], 4, to: &buffer)
        #expect(isTaken)
        isTaken = append([4], 3, to: &buffer)
        #expect(!isTaken)
        isTaken = append([4], 100, to: &buffer)
        #expect(isTaken)
        isTaken = append([5], 100, to: &buffer)
        capacity = buffer.capacity
        #expect(!isTaken && capacity == 4 && buffer.bytes == [1, 2, 3, 4])
    }

    @Test func `Appending doubles, so a byte at a time grows it rarely`() {
        var buffer = ByteBuffer()
        var growths = 0
        var capacity = 0
        for index in 0..<100_000 {
            buffer.append(byte: UInt8(truncatingIfNeeded: index))
            guard buffer.capacity != capacity else { continue }
            capacity = buffer.capacity
            growths += 1
        }
        #expect(growths <= 12)
        #expect(buffer.bytes == (0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test(arguments: [1, 63, 64, 65, 128, 1000])
    func `64 bytes after the count may always be read`(_ count: Int) {
        var buffer = ByteBuffer()
        buffer.append(Array(repeating: 7, count: count))
        // The address sanitizer watches this read.
        let copy = unsafe buffer.withUnsafeBytes { bytes in
            unsafe Array(UnsafeRawBufferPointer(start: bytes.baseAddress, count: count + 64))
        }
        #expect(copy.count == count + 64)
    }

    @Test func `Removing keeps or gives back the memory`() {
        var buffer = ByteBuffer()
        buffer.append("abc")
        buffer.removeAll(keepingCapacity: true)
        var (count, capacity) = (buffer.count, buffer.capacity)
        #expect(count == 0 && capacity == 64)
        buffer.removeAll(keepingCapacity: false)
        (count, capacity) = (buffer.count, buffer.capacity)
        #expect(count == 0 && capacity == 0)
        buffer.append("still usable")
        #expect(buffer.text == "still usable")
    }

    @Test(arguments: [(0, "abcdef"), (2, "cdef"), (6, "")])
    func `Removing from the front moves the rest`(_ count: Int, _ rest: String) {
        var buffer = ByteBuffer()
        buffer.append("abcdef")
        buffer.removeFirst(count)
        #expect(buffer.text == rest)
    }

    @Test func `Strings and literals are appended as UTF-8; no bytes are appended as none`() {
        var buffer = ByteBuffer()
        buffer.append("é" as StaticString)
        buffer.append(String("€"))
        buffer.append("" as StaticString)
        buffer.append([])
        #expect(buffer.text == "é€")
    }

    @Test func `Released memory is the caller's to free`() {
        var buffer = ByteBuffer()
        buffer.append("abc")
        let (bytes, count) = unsafe buffer.release()
        let copy = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
        unsafe free(bytes)
        #expect(copy == Array("abc".utf8))
        let nothing = unsafe ByteBuffer().release()
        #expect(unsafe nothing.bytes == nil && nothing.count == 0)
    }
}
