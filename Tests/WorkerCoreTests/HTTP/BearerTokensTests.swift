import Testing
import WorkerCore

@Suite struct BearerTokensTests {
    private static let (first, second) = ("AZaz09-._~+/0123", "another-token-of-24-char=")

    private func read(_ text: String) throws -> BearerTokens {
        let bytes = Array(text.utf8)
        return try BearerTokens(lines: bytes.span)
    }

    /// What is said of a request with such an Authorization header.
    private func refusal(
        _ tokens: BearerTokens, _ value: String?, isOnly: Bool = true
    ) -> BearerTokens.Refusal? {
        guard let value else { return tokens.refusal(nil, isOnly: isOnly) }
        let bytes = Array(value.utf8)
        return tokens.refusal(bytes.span, isOnly: isOnly)
    }

    @Test(arguments: [
        (first, 1), ("\(first)\n", 1), ("\(first)\r\n", 1), ("\(first)\n\n\r\n\n", 1),
        ("\(first)\n\(second)", 2), ("\(first)\r\n\(second)\r\n", 2),
        ("\(first)\n\(first)\n\(second)\n\(second)\n", 4),
        (String(repeating: "x", count: 16), 1), (String(repeating: "x", count: 4_096), 1),
        (String(repeating: "x", count: 14) + "==", 1),
    ])
    func `One to four tokens are read, each on a line`(text: String, count: Int) throws {
        #expect(try read(text).count == count)
    }

    @Test(
        arguments: [
            ("", .noToken), ("\n", .noToken), ("\r\n\r\n", .noToken),
            (String(repeating: first + "\n", count: 5), .tooMany),
            ("\(first)\n\n\(second)", .emptyLine(2)), ("\n\(first)", .emptyLine(1)),
            (String(repeating: "x", count: 15), .length(15, line: 1)),
            ("\(first)\n" + String(repeating: "x", count: 4_097), .length(4_097, line: 2)),
            (" \(first)", .foreignCharacter(1, line: 1)),
            ("\(first) ", .foreignCharacter(17, line: 1)),
            ("\(first)\t\n", .foreignCharacter(17, line: 1)),
            ("\(first)\r\r\n", .foreignCharacter(17, line: 1)),
            ("\(first)\n# a comment of some length", .foreignCharacter(1, line: 2)),
            ("\(first)\u{0}\n", .foreignCharacter(17, line: 1)),
            ("abcdefgh=ijklmnopq", .foreignCharacter(9, line: 1)),
            ("================", .foreignCharacter(1, line: 1)),
            ("\u{feff}\(first)", .foreignCharacter(1, line: 1)),
            ("abcdefghijklmnopqä", .foreignCharacter(18, line: 1)),
            ("\"\(first)\"", .foreignCharacter(1, line: 1)),
            ("Bearer \(first)", .foreignCharacter(7, line: 1)),
        ] as [(String, BearerTokensError)])
    func `Anything else is refused, and the place is named but not what stands there`(
        text: String, error: BearerTokensError
    ) {
        let found = #expect(throws: BearerTokensError.self) { try read(text) }
        #expect(found == error)
        for line in text.split(separator: "\n") where line.count > 8 {
            #expect(!error.description.contains(line.prefix(8)))
        }
    }

    @Test(arguments: [
        "Bearer \(first)", "bearer \(second)", "BEARER \(first)", "bEaReR   \(second)",
    ])
    func `Each token is good, behind the scheme in any case of letters`(value: String) throws {
        #expect(refusal(try read("\(Self.first)\n\(Self.second)\n"), value) == nil)
    }

    @Test(
        arguments: [
            (nil, .missing), ("", .missing), ("Bearer", .missing), ("Basic \(first)", .missing),
            (first, .missing), ("Bearer\t\(first)", .missing), ("Bearerx \(first)", .missing),
            (" Bearer \(first)", .missing),
            ("Bearer ", .invalid), ("Bearer \(first)x", .invalid),
            ("Bearer \(first.dropLast())", .invalid), ("Bearer \(first.lowercased())", .invalid),
            ("Bearer \(first) \(second)", .invalid), ("Bearer \(first),\(second)", .invalid),
            ("Bearer \t\(first)", .invalid), ("Bearer \(first)=", .invalid),
            ("Bearer \"\(first)\"", .invalid), ("Bearer token=\(first)", .invalid),
            ("Bearer \(first)\u{0}", .invalid), ("Bearer \(first)\n\(second)", .invalid),
            ("Bearer " + String(repeating: "x", count: 100_000), .invalid),
        ] as [(String?, BearerTokens.Refusal)])
    func `Nothing else is`(value: String?, refused: BearerTokens.Refusal) throws {
        let tokens = try read("\(Self.first)\n\(Self.second)\n")
        #expect(refusal(tokens, value) == refused)
    }

    @Test func `Of two headers none counts, whatever they say`() throws {
        let tokens = try read(Self.first)
        for value in ["Bearer \(Self.first)", "Basic x", ""] {
            #expect(refusal(tokens, value, isOnly: false) == .invalid)
        }
    }

    @Test func `The challenge tells of an error only where a token was shown`() {
        #expect(BearerTokens.Refusal.missing.challenge == "Bearer realm=\"universal-worker\"")
        #expect(
            BearerTokens.Refusal.invalid.challenge
                == "Bearer realm=\"universal-worker\", error=\"invalid_token\"")
    }
}
