/// How the text after an option becomes a value, and how a default is shown.
package struct OptionValue<Value: Sendable>: Sendable {
    /// What should have been given: `a number from 0 to 9`.
    let expected: String
    /// The value that a text stands for, nil where it stands for none.
    let parse: @Sendable (String) -> Value?
    /// The text of a value, nil where there is nothing to show.
    let show: @Sendable (Value) -> String?
    /// All texts that are taken, where they are few.
    var words: [String] = []
}

extension OptionValue where Value == String {
    /// Any text: that an empty one names no plugin is for loading to say, as for any other name.
    static let name = OptionValue(
        expected: "a name", parse: { $0 }, show: { $0.isEmpty ? nil : $0 })

    static let path = OptionValue(
        expected: "a path", parse: { $0.isEmpty ? nil : $0 }, show: { $0 })

    /// A host name or address as it stands in a Host header, without its port.
    static let hostName = OptionValue(
        expected: "a host name without scheme, port or path",
        parse: { WebName.host($0) ? $0.lowercased() : nil }, show: { $0 })

    /// An origin as browsers send it: scheme, host and perhaps a port, or `null`.
    static let origin = OptionValue(
        expected: "an origin without a path, such as 'http://example.org:8080'",
        parse: { WebName.origin($0) ? $0.lowercased() : nil }, show: { $0 })
}

extension OptionValue where Value == String {
    /// The path of a Unix socket: a socket's address has room for 107 bytes.
    static let socketPath = OptionValue(
        expected: "a path of at most 107 bytes with a file's name at its end (not '@': abstract "
            + "names have no permissions)",
        parse: { text in
            let name = text.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
            let isPath = text.utf8.count <= 107 && !text.hasPrefix("@")
            return isPath && !["", ".", ".."].contains(name) ? text : nil
        }, show: { $0 })
}

extension OptionValue where Value == Account {
    static func account(_ kind: Account.Kind) -> OptionValue {
        OptionValue(
            expected: "the name or the number of a \(kind.rawValue)",
            parse: { Account($0) }, show: { $0.name })
    }
}

extension OptionValue where Value == FileMode {
    static let fileMode = OptionValue(
        expected:
            "an octal number from 0600 to 0777 that lets the owner read and write, such as 0660",
        parse: { FileMode($0) }, show: { $0.description })
}

extension OptionValue where Value == IPAddress {
    /// An address to bind; one of IPv6 may stand in brackets.
    static let address = OptionValue(
        expected: "an IPv4 or IPv6 address, or localhost",
        parse: { text in
            if text.lowercased() == "localhost" { return .standard }
            let isBracketed = text.hasPrefix("[") && text.hasSuffix("]") && text.contains(":")
            let inner = Array((isBracketed ? text.dropFirst().dropLast() : text[...]).utf8)
            return IPAddress(inner.span)
        }, show: { $0.description })
}

extension OptionValue where Value == LogLevel {
    static let logLevel = OptionValue(
        expected: "one of " + LogLevel.allCases.map(\.description).joined(separator: ", "),
        parse: { text in LogLevel.allCases.first { $0.description == text } },
        show: { $0.description }, words: LogLevel.allCases.map(\.description))
}

extension OptionValue where Value: RawRepresentable<String> & CaseIterable {
    /// One of a few words.
    static var word: OptionValue {
        let words = Value.allCases.map(\.rawValue)
        return OptionValue(
            expected: words.count == 2
                ? words.joined(separator: " or ") : "one of " + words.joined(separator: ", "),
            parse: { Value(rawValue: $0) }, show: { $0.rawValue }, words: words)
    }
}

extension OptionValue where Value == Bool {
    /// What systemd and YAML take for a truth value as well.
    static let yesOrNo = OptionValue(
        expected: "yes or no (or true, on, 1; false, off, 0)",
        parse: { text in
            switch text.lowercased() {
            case "yes", "true", "on", "1": true
            case "no", "false", "off", "0": false
            default: nil
            }
        }, show: { $0 ? "yes" : "no" })
}

extension OptionValue where Value: FixedWidthInteger {
    /// A decimal number in a range, digits only.
    static func number(_ range: ClosedRange<Value>, _ noun: String = "a number") -> OptionValue {
        OptionValue(
            expected: "\(noun) from \(range.lowerBound) to \(range.upperBound)",
            parse: { text in
                guard text.utf8.allSatisfy(\.isDigit), let value = Value(text) else { return nil }
                return range.contains(value) ? value : nil
            }, show: { $0.description })
    }
}

extension OptionValue where Value == Int {
    /// A number of bytes in a range, perhaps with a suffix that stands for a power of 1,024.
    static func bytes(_ range: ClosedRange<Int>) -> OptionValue {
        let bounds = [range.lowerBound, range.upperBound].map { ByteCount.text($0) }
        return OptionValue(
            expected: "a number of bytes from \(bounds[0]) to \(bounds[1]), such as 65536 or 64KiB",
            parse: { text in ByteCount.parse(text).flatMap { range.contains($0) ? $0 : nil } },
            show: { ByteCount.text($0) })
    }
}

extension OptionValue where Value == TimeSpan {
    /// Seconds, rounded to milliseconds, at most a day; what is not 0 does not become 0.
    static func seconds(from least: Double = 0) -> OptionValue {
        OptionValue(
            expected: "a number of seconds from \(text(least)) to 86400, such as 1.5",
            parse: { text in
                guard text.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }),
                    let seconds = Double(text), seconds >= least, seconds <= 86_400
                else { return nil }
                let milliseconds = UInt64((seconds * 1_000).rounded())
                return milliseconds > 0 || seconds == 0 ? .milliseconds(milliseconds) : nil
            },
            show: { text(Double($0.milliseconds) / 1_000) })
    }

    private static func text(_ seconds: Double) -> String {
        let text = String(seconds)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

/// Numbers of bytes as people write them.
enum ByteCount {
    private static let units: [(suffixes: [String], shift: Int)] = [
        (["gib", "g"], 30), (["mib", "m"], 20), (["kib", "k"], 10),
    ]

    /// The bytes that `4096`, `64K`, `64KiB`, `64M`, … stand for; nil for zero, overflow and all else.
    static func parse(_ text: String) -> Int? {
        var digits = text.lowercased()
        var shift = 0
        for unit in units {
            guard let suffix = unit.suffixes.first(where: { digits.hasSuffix($0) }) else {
                continue
            }
            digits.removeLast(suffix.count)
            shift = unit.shift
            break
        }
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit),
            let count = Int(digits), count > 0
        else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : bytes
    }

    /// The shortest exact spelling, such as `64 MiB`, without its space.
    static func text(_ bytes: Int) -> String {
        // No loop: the compiler unrolled it in an order that was not the same in each folder.
        let thousands = bytes > 0 ? min(bytes.trailingZeroBitCount / 10, 3) : 0
        return "\(bytes >> (10 * thousands))\(["", "KiB", "MiB", "GiB"][thousands])"
    }
}

/// The grammar of what `--allow-host` and `--allow-origin` take.
enum WebName {
    /// Whether a text is a host name, an IPv4 address or a bracketed IPv6 address, without a port.
    static func host(_ text: some StringProtocol) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.dropFirst().dropLast()
            return inner.contains(":")
                && inner.allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") }
        }
        return !text.isEmpty && text.count <= 253
            && text.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_")
            }
    }

    /// Whether a text is `null` or a scheme, `://` and a host, with or without a port.
    static func origin(_ text: String) -> Bool {
        if text == "null" { return true }
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, parts[0].hasSuffix(":") else { return false }
        let scheme = parts[0].dropLast()
        guard scheme.first?.isLetter == true,
            scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { return false }
        let authority = parts[2]
        guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") else {
            return host(authority)
        }
        let port = authority[authority.index(after: colon)...]
        return host(authority[..<colon]) && UInt16(port).map { String($0) == port } == true
    }
}
