internal import WorkerCore
internal import WorkerThreads

/// Bodies that clients send by mistake, or to do harm; all of them are valid.
enum OddArguments {
    /// A string of a mebibyte.
    static let huge = "\"\(String(repeating: "x", count: 1 << 20))\""
    /// An array as deep as the worker admits it anywhere in a body.
    static let deep =
        String(repeating: "[", count: 900) + String(repeating: "]", count: 900)

    static let bodies =
        ["{}", "{\"args\":[],\"kwargs\":{}}", "{\"other\":1}"]
        + [
            "null", "true", "0", "-1", "123456789012345678901234567890", "0.1", "\"\"",
            "\"\\u0000\"", "\"\\ud83d\\ude00 \u{2028}\"", "\"../../etc/passwd\"", "\"%s%n\"", "[]",
            "{}", deep, huge, "[\(Array(repeating: "0", count: 10_000).joined(separator: ","))]",
        ].flatMap { ["{\"args\":[\($0)]}", "{\"kwargs\":{\"value\":\($0)}}"] }
        + [
            "{\"args\":[\(Array(repeating: "null", count: 1_000).joined(separator: ","))]}",
            "{\"kwargs\":{\"\":1,\"a\":1,\"a\":2,\"\\u0061\":3,\"\(String(repeating: "k", count: 10_000))\":4}}",
            "{\"kwargs\":{\((0..<1_000).map { "\"k\($0)\":\($0)" }.joined(separator: ","))}}",
        ]
}

/// Checks of calls.
extension CheckRun {
    func arguments() {
        initialize(configuration)
        for body in OddArguments.bodies where goesOn {
            call("/execute", body)
            call("/execute_stream", body)
        }
        call("/execute", body)
    }

    func cancels() {
        initialize(configuration)
        cancel()
        for path in ["/execute", "/execute_stream"] {
            for _ in 0..<3 where goesOn {
                guard let pending = start(Request(path: path, body: body)) else { return }
                if isRunning(pending) {
                    stop(pending, path)
                } else {
                    noteShortCalls(path)
                    cancel("/\(pending.id)")
                    _ = end(of: pending, path)
                }
                cancel()
            }
        }
        call("/execute", body)
    }

    func deadlines() {
        initialize(configuration)
        for path in ["/execute", "/execute_stream"] {
            for time in ["0.05", "0.3"] where goesOn {
                let request = Request(path: path, body: body, headers: [("X-Timeout", time)])
                guard let pending = start(request) else { return }
                _ = end(of: pending, path)
                if !awaitIdle() {
                    find(.stops, "\(path) has not ended long after its deadline of \(time) s")
                }
            }
        }
        call("/execute", body)
    }

    func streams() {
        initialize(configuration)
        guard facts.hasStream else {
            call("/execute_stream", body)
            return
        }
        let isEndless = leaveStream { !$0.wait(until: .now() + .seconds(1)).isWaiting }
        if isEndless { note("the stream did not end within a second, and was left") }
        for _ in 0..<3 where goesOn {
            // After its first line; at once; and after it has run unread.
            leaveStream {
                _ = $0.waitForLine(until: .now() + .seconds(1))
                return false
            }
            leaveStream { _ in false }
            leaveStream { _ in
                pause(.milliseconds(200))
                return false
            }
        }
        call("/execute", body)
    }

    /// Begins a stream, and leaves it unless `look` says that it has ended; whether it was left.
    @discardableResult
    private func leaveStream(_ look: (PendingAnswer) -> Bool) -> Bool {
        guard let pending = start(Request(path: "/execute_stream", body: body)) else {
            return false
        }
        if look(pending) {
            _ = end(of: pending, "/execute_stream")
            return false
        }
        pending.leave()
        expectStreamEnds()
        return true
    }

    /// Waits for the end of a stream that was left.
    func expectStreamEnds() {
        if !awaitIdle() { find(.streamEnds, "a stream whose client had left did not end") }
    }

    func callsAtOnce() {
        initialize(configuration)
        let count = min(facts.concurrency, 16)
        let bodies = (0..<count).map { hasOwnBody ? body : "{\"args\":[\($0)]}" }
        // What is not the same twice when it runs alone cannot be compared.
        let alone = bodies.map { call("/execute", $0) }
        let again = bodies.map { call("/execute", $0) }
        for _ in 0..<8 where goesOn {
            let requests = bodies.map { Request(path: "/execute", body: $0) }
            let pending = requests.map { start($0) }
            for (index, pending) in pending.enumerated() {
                guard let answer = pending.flatMap({ end(of: $0, "/execute") }),
                    let expected = alone[index], expected == again[index], answer != expected
                else { continue }
                find(
                    .sameAnswers,
                    "of \(count) calls at once \(bodies[index].excerpt) was answered "
                        + "\(answer.status) \(answer.body.excerpt), alone \(expected.status) "
                        + "\(expected.body.excerpt)")
            }
            let streams = bodies.map { start(Request(path: "/execute_stream", body: $0)) }
            for stream in streams.compactMap(\.self) { _ = end(of: stream, "/execute_stream") }
        }
        let pending = bodies.map { start(Request(path: "/execute", body: $0)) }
        cancel()
        for call in pending.compactMap(\.self) { _ = end(of: call, "/execute") }
    }
}

extension PendingAnswer.Progress {
    fileprivate var isWaiting: Bool { if case .waiting = self { true } else { false } }
}
