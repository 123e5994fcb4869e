import TestSupport
import Testing

/// The client that the other suites rely on, against canned answers.
@Suite(.blocking) struct HTTPConnectionTests {
    /// Connects to a server that sends `text`, and closes if it is to.
    private func canned(
        _ text: String, closing: Bool = false, patience: Int = 5000
    ) throws -> (HTTPConnection, Descriptor) {
        let listener = try Listener()
        let connection = try HTTPConnection(.tcp(listener.port), patience: patience)
        let peer = try listener.accept()
        try peer.write(Array(text.utf8), until: Deadline())
        if closing { peer.close() }
        return (connection, peer)
    }

    @Test func `A body is read by its length, and then the next response`() throws {
        let one = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: 1\r\nx:  2 \r\n\r\nab"
        let (connection, peer) = try canned(one + one)
        let response = try connection.readResponse()
        #expect(response.status == 200)
        #expect(response.text == "ab")
        #expect(response.headers.all("x") == ["1", "2"])
        #expect(response.headers.fields.map(\.name) == ["Content-Length", "X", "x"])
        #expect(try connection.readResponse().text == "ab")
        withExtendedLifetime(peer) {}
    }

    @Test func `Chunks are joined, and trailers kept apart`() throws {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let (connection, peer) = try canned(
            head + "3;extension\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-End: well\r\n\r\n")
        let response = try connection.readResponse()
        #expect(response.text == "abc0123456789")
        #expect(response.trailers["x-end"] == "well")
        withExtendedLifetime(peer) {}
    }

    @Test func `Informational responses are skipped, and HEAD has no body`() throws {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
        let (connection, peer) = try canned(text + "HTTP/1.1 204 No Content\r\n\r\n")
        let response = try connection.readResponse(toHead: true)
        #expect(response.informational == [100])
        #expect(response.headers["content-length"] == "7")
        #expect(try connection.readResponse().status == 204)
        withExtendedLifetime(peer) {}
    }

    @Test func `A body without a length is read until the server closes`() throws {
        let (connection, _) = try canned("HTTP/1.0 200 OK\r\n\r\nall of it", closing: true)
        #expect(try connection.readResponse().text == "all of it")
        #expect(try connection.isClosedByServer())
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", true, "ended after 2 of 5"),
        ("HTTP/1.1 200 OK\r\nContent-", true, "ended before a header"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", false, "timed out"),
        ("", false, "timed out waiting for a status line"),
        ("SMTP\r\n", false, "no status line"),
    ])
    func `An answer that is cut off or never comes is a failure, not a wait without end`(
        text: String, closing: Bool, word: String
    ) throws {
        let (connection, peer) = try canned(text, closing: closing, patience: 50)
        let failure = try #require(throws: TestFailure.self) { try connection.readResponse() }
        #expect(failure.description.contains(word))
        withExtendedLifetime(peer) {}
    }
}
