import TestSupport
import Testing

/// What the log says of requests that are refused before it is known what they ask for.
@Suite(.blocking) struct RefusalLogTests {
    @Test(arguments: [
        (
            ["Host": "evil.example"],
            "403: The Host header names another machine (--allow-host)"
        ),
        (["Origin": "http://evil.example"], "403: "),
        (
            ["Sec-Fetch-Site": "cross-site"],
            "403: The request comes from a page of another site (Sec-Fetch-Site)"
        ),
        (["Transfer-Encoding": "gzip"], ""),
    ])
    func `A client that is refused leaves a line, and ten more of it leave none`(
        headers: [String: String], said: String
    ) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for _ in 0..<11 {
            let response = try worker.client.request(
                "POST", "/execute", body: "{}", headers: headers.map { ($0, $1) })
            #expect(response.status >= 400)
        }
        try worker.terminate(expecting: .exited(0))
        let lines = try worker.process.standardError.textAtEnd().split(separator: "\n")
            .filter { $0.contains("a request was refused with \(said)") }
        #expect(lines.count == 1)
    }

    @Test func `A client that is refused all the time hides no other that is refused as well`()
        throws
    {
        let worker = try WorkerProcess.start("echo", "Echo")
        let causes = [
            ("Transfer-Encoding", "gzip"), ("Host", "evil.example"),
            ("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site"),
        ]
        for cause in causes + causes {
            let response = try worker.client.request(
                "POST", "/execute", body: "{}", headers: [cause])
            #expect(response.status >= 400)
        }
        try worker.terminate(expecting: .exited(0))
        let lines = try worker.process.standardError.textAtEnd().split(separator: "\n")
            .filter { $0.contains("a request was refused with ") }
        #expect(lines.count == causes.count, "\(lines)")
        #expect(lines.filter { $0.contains(" 403: ") }.count == 3)
    }
}
