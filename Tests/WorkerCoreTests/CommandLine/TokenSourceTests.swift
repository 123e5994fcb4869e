import Testing

@testable import WorkerCore

@Suite struct TokenSourceTests {
    private static let token = "UNIVERSAL_WORKER_TOKEN"
    private static let file = "UNIVERSAL_WORKER_TOKEN_FILE"

    private func finish(
        _ option: String?, _ variables: [String: String], credential: String?, check: Bool = false
    ) throws -> Invocation {
        var reading = CommandLineReading(variables: variables, credential: credential)
        var given = [("module", "m"), ("class", "C"), ("port", "1")]
        if let option { given.append(("token-file", option)) }
        if check { given.append(("check-config", "")) }
        for (name, value) in given {
            let row = try #require(CommandLineTable.options.first { $0.name == name })
            _ = reading.take(row, value: value)
        }
        return try reading.finish(
            strays: [], inheritedSockets: 0, lookUp: { _, _ in nil })
    }

    @Test(
        arguments: [
            (nil, [:], nil, nil), ("a", [:], nil, .file("a")), ("a", [:], "c", .file("a")),
            ("a", [token: "t", file: "b"], "c", .file("a")), (nil, [file: "b"], "c", .file("b")),
            (nil, [token: "t"], "c", .variable), (nil, [token: ""], nil, .variable),
            (nil, [:], "c", .file("c")), (nil, [file: ""], "c", .file("c")),
        ] as [(String?, [String: String], String?, TokenSource?)])
    func `The command line counts first, then a variable, then a credential`(
        option: String?, variables: [String: String], credential: String?, source: TokenSource?
    ) throws {
        let invocation = try finish(option, variables, credential: credential)
        guard case .run(let configuration) = invocation else {
            Issue.record("\(invocation)")
            return
        }
        #expect(configuration.tokenSource == source)
    }

    @Test func `Two variables that contradict each other are refused`() {
        #expect(throws: UsageError.severalTokens) {
            try finish(nil, [Self.token: "t", Self.file: "b"], credential: nil)
        }
        #expect(throws: UsageError.invalidValue("", option: "--token-file", expected: "a path")) {
            try finish("", [:], credential: nil)
        }
    }

    @Test(
        arguments: [
            ("a", [:], nil, "--token-file a", "command line"),
            (nil, [file: "b"], nil, "--token-file b", file),
            (nil, [:], "/run/c", "--token-file /run/c", "CREDENTIALS_DIRECTORY"),
            (nil, [token: "secret"], nil, "a token that is not shown", token),
        ] as [(String?, [String: String], String?, String, String)])
    func `A check says where tokens come from, and not what they are`(
        option: String?, variables: [String: String], credential: String?, setting: String,
        source: String
    ) throws {
        let invocation = try finish(option, variables, credential: credential, check: true)
        guard case .check(let report) = invocation else {
            Issue.record("\(invocation)")
            return
        }
        #expect(report.rows.contains(.init(setting: setting, source: source)))
        #expect(!report.text.contains("secret"))
    }
}
