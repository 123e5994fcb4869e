import Glibc

/// What a child writes into a pipe, read at once by a thread so that the child never waits.
public final class Capture: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isAtEnd = false
    }

    private let state = Monitor(State())

    /// Reads `pipe` to its end.
    init(_ pipe: Descriptor) {
        let state = state
        startThread {
            while let bytes = try? pipe.read(), !bytes.isEmpty {
                state.withLock { $0.bytes += bytes }
            }
            state.withLock { $0.isAtEnd = true }
        }
    }

    /// All that has come so far.
    public var text: String { String(decoding: state.withLock { $0.bytes }, as: UTF8.self) }

    /// Waits for the end of the pipe, and returns all of it.
    public func textAtEnd(within milliseconds: Int = Deadline.patience) throws -> String {
        let deadline = Deadline(milliseconds: milliseconds)
        guard let bytes = state.wait(until: deadline, { $0.isAtEnd ? $0.bytes : nil }) else {
            throw TestFailure("the pipe of a child stays open; so far: \(text)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for a whole line that `pick` takes; fails at the end of the pipe, or at the deadline.
    public func line<Result>(
        _ what: String, within milliseconds: Int = Deadline.patience, _ pick: (Substring) -> Result?
    ) throws -> Result {
        let deadline = Deadline(milliseconds: milliseconds)
        let found: Result?? = state.wait(until: deadline) { state in
            let text = String(decoding: state.bytes, as: UTF8.self)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            if !state.isAtEnd { lines.removeLast() }
            for line in lines {
                if let result = pick(line) { return .some(.some(result)) }
            }
            return state.isAtEnd ? .some(nil) : nil
        }
        guard case .some(.some(let result)) = found else {
            throw TestFailure("no \(what) in the output: \(text)")
        }
        return result
    }

    /// Waits for a line that contains `text`, and returns it.
    @discardableResult
    public func line(containing text: String, within milliseconds: Int = Deadline.patience) throws
        -> String
    {
        try line("line with \"\(text)\"", within: milliseconds) { line in
            line.contains(text) ? String(line) : nil
        }
    }
}
