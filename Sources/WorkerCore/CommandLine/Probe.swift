/// What `universal-worker probe` asks, and of which worker.
package struct Probe: Sendable, Equatable {
    /// Where the worker is.
    package enum Target: Sendable, Equatable {
        case tcp(host: String, port: String)
        case unix(path: String)
    }

    /// What has come of a probe: the exit code.
    package enum Answer: Int32, Sendable {
        case yes = 0
        case no = 1
        /// No answer came, or one that is not HTTP.
        case none = 3
    }

    package private(set) var target = Target.unix(path: "")
    /// What is asked for: whether the worker lives, or is ready for calls.
    package private(set) var path = "/health/live"
    package private(set) var timeout = TimeSpan.seconds(2)
    /// What stands in the Host header.
    package private(set) var authority = "localhost"
    /// The file whose first token is shown to the worker.
    package private(set) var tokenFile: String?

    /// What `--help` shows.
    package static let synopsis =
        "probe URL|unix:PATH [--ready] [--timeout SECONDS] [--token-file FILE]"

    /// Reads what follows the word.
    ///
    /// - Throws: `UsageError`.
    package init(_ arguments: [String]) throws(UsageError) {
        var words = SubcommandWords(arguments)
        while let option = words.nextOption() {
            switch option.name {
            case "--ready":
                try words.flag(option)
                path = "/health/ready"
            case "--timeout":
                timeout = try words.value(of: option, .seconds(from: 0.001))
            case "--token-file": tokenFile = try words.value(of: option, .path)
            default: throw .unknownOption(option.name, suggestion: nil)
            }
        }
        try read(try words.place(orThrow: .noTarget))
    }

    private mutating func read(_ place: String) throws(UsageError) {
        if place.hasPrefix("unix:"), place.utf8.count > 5 {
            target = .unix(path: String(place.dropFirst(5)))
            return
        }
        let expected = "'http://HOST:PORT' or 'unix:PATH'"
        let invalid = UsageError.invalidValue(place, option: "probe", expected: expected)
        guard place.hasPrefix("http://") else { throw invalid }
        var rest = place.dropFirst(7)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        authority = String(rest)
        var port = "80"
        if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") {
            port = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        guard WebName.host(rest), let number = UInt16(port), number > 0 else { throw invalid }
        let isBracketed = rest.hasPrefix("[")
        target = .tcp(
            host: String(isBracketed ? rest.dropFirst().dropLast() : rest), port: String(number))
    }

    /// The request: of HTTP/1.0, to which nothing comes in chunks, and nothing in between.
    package func request(token: String?) -> String {
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        return "GET \(path) HTTP/1.0\r\nHost: \(authority)\r\n\(authorization)"
            + "Connection: close\r\n\r\n"
    }

    /// What a whole answer says, and a sentence where that is not yes.
    package func read(answer bytes: [UInt8]) -> (Answer, String) {
        let text = String(decoding: bytes, as: UTF8.self)
        // In bytes: CR and LF together are one character.
        let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            return (.none, bytes.isEmpty ? "the connection ended" : "the answer is not HTTP")
        }
        if (200..<300).contains(status) { return (.yes, "") }
        let body = text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        return (.no, "\(path) answers \(status): \(OneLine.text(body, limit: 1_024))")
    }
}
