import Glibc
import Synchronization

@testable import WorkerOS

/// A server that gives each connection its answers, one a request, and then closes it.
final class ScriptedServer: Sendable {
    private let thread: NamedThread
    private let requests: Requests

    private final class Requests: Sendable {
        let texts = Mutex<[String]>([])
    }

    init(_ listening: Int32, _ connections: [[String]]) throws(ThreadError) {
        let requests = Requests()
        self.requests = requests
        thread = try NamedThread.start(name: "server") {
            for answers in connections {
                guard Poll.wait(listening, for: Int16(POLLIN), deadlineNanoseconds: seconds(10))
                else { return }
                let connection = accept(listening, nil, nil)
                defer { close(connection) }
                var text = ""
                for (index, answer) in answers.enumerated() {
                    var buffer = [UInt8](repeating: 0, count: 4_096)
                    while text.components(of: "\r\n\r\n") <= index {
                        let count = unsafe recv(connection, &buffer, buffer.count, 0)
                        guard count > 0 else { break }
                        text += String(decoding: buffer[..<count], as: UTF8.self)
                    }
                    _ = unsafe send(
                        connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
                }
                requests.texts.withLock { $0.append(text) }
            }
        }
    }

    /// Waits for the end of the script, and returns what each connection asked.
    func finish() -> [String] {
        _ = thread.join(deadlineNanoseconds: seconds(10))
        return requests.texts.withLock { $0 }
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
