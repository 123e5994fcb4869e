internal import CMicroHTTPD
internal import Synchronization
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// Sending a stream; on the HTTP thread.
extension Exchange {
    /// Queues the header block of a stream, whose lines follow as they come.
    func startStream() -> MHD_Result {
        stage = .answered
        let owner = unsafe Unmanaged.passRetained(self).toOpaque()
        guard
            let response = unsafe MHD_create_response_from_callback(
                UInt64.max, server.options.connectionMemory, readStream, owner, streamResponseFreed)
        else {
            unsafe Unmanaged<Exchange>.fromOpaque(owner).release()
            return .NO
        }
        unsafe reader.response = response
        let contentType = request.row.map { server.endpoints[$0].contentType } ?? ContentType.lines
        unsafe addHeader("Content-Type", contentType, to: response)
        unsafe server.addCommonHeaders(to: response, for: connection)
        if !request.isVersion10 {
            unsafe MHD_add_response_header(response, "Trailer", "X-Stream-End")
        }
        unsafe addHeader("X-Request-Id", request.id, to: response)
        if let client {
            client.answer = .stream
            server.loop.clients.replyBegins(client, size: 0, at: server.loop.now)
        }
        if hasTrailers || server.endsConnections {
            unsafe MHD_add_response_header(response, "Connection", "close")
        }
        return unsafe connection.queue(200, response)
    }

    /// Copies lines into libmicrohttpd's buffer, suspends the connection where there are none.
    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let pipe else { return endWithError }
        server.loop.noteWork()
        switch unsafe reader.read(into: buffer, from: pipe, held: held) {
        case .copied(let count):
            if !reader.hasBegun {
                reader.hasBegun = true
                server.counters.countFirstLine(after: server.loop.now - request.arrival)
            }
            let sent = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
            unsafe server.counters.countStream(lines: countLines(in: sent), bytes: count)
            client?.answer.bodySize += count
            return count
        case .nothing:
            server.loop.suspend(self)
            return 0
        case .ended(let end):
            client?.answer.countsAs = streamStatus.load(ordering: .relaxed)
            if request.isVersion10 {
                if let client { server.loop.clients.streamEnds(client) }
            } else if let response = unsafe reader.response {
                unsafe MHD_add_response_footer(response, "X-Stream-End", end.rawValue)
            }
            return endOfStream
        case .dropped:
            if let client { server.loop.clients.streamEnds(client) }
            return endWithError
        }
    }
}

/// How many lines end in a text; sixteen bytes at a time.
private func countLines(in text: UnsafeRawBufferPointer) -> Int {
    let lineEnd = UInt8(ascii: "\n")
    let ends = SIMD16<UInt8>(repeating: lineEnd)
    var (lines, offset) = (0, 0)
    while offset + 16 <= text.count {
        // Each lane counts up to 255.
        var found = SIMD16<UInt8>()
        for _ in 0..<min(255, (text.count - offset) / 16) {
            let bytes = unsafe text.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
            found.replace(with: found &+ 1, where: bytes .== ends)
            offset += 16
        }
        lines += Int(SIMD16<UInt16>(truncatingIfNeeded: found).wrappedSum())
    }
    while offset < text.count {
        if unsafe text[offset] == lineEnd { lines += 1 }
        offset += 1
    }
    return lines
}

// MHD_CONTENT_READER_END_OF_STREAM and _END_WITH_ERROR are casts in C, which Swift does not see.
private let endOfStream = -1
private let endWithError = -2

private func readStream(
    _ context: UnsafeMutableRawPointer?, _ position: UInt64,
    _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int
) -> Int {
    guard let context = unsafe context else { return endWithError }
    return unsafe Unmanaged<Exchange>.fromOpaque(context)._withUnsafeGuaranteedRef {
        unsafe $0.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
    }
}

private func streamResponseFreed(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeRetainedValue()
    unsafe exchange.reader.response = nil
    exchange.pipe?.close()
}
