/// How the text after an option becomes a value, and how a default is shown.
package struct OptionValue<Value: Sendable>: Sendable {
    /// What should have been given, as the end of a sentence: `a number from 0 to 9 is due`.
    let due: String
    /// The value that a text stands for, nil where it stands for none.
    let parse: @Sendable (String) -> Value?
    /// The text of a value, nil where there is nothing to show.
    let show: @Sendable (Value) -> String?
}

extension OptionValue where Value == String {
    /// Any text: that an empty one names no plugin is for loading to say, as for any other name.
    static let name = OptionValue(due: "a name is due", parse: { $0 }, show: { _ in nil })

    /// A host name or address as it stands in a Host header, without its port.
    static let hostName = OptionValue(
        due: "a host name without scheme, port and path is due",
        parse: { WebName.host($0) ? $0.lowercased() : nil }, show: { $0 })

    /// An origin as browsers send it: scheme, host and perhaps a port, or `null`.
    static let origin = OptionValue(
        due: "an origin such as 'http://example.org:8080', without a path, is due",
        parse: { WebName.origin($0) ? $0.lowercased() : nil }, show: { $0 })
}

extension OptionValue where Value == LoopbackAddress {
    static let loopback = OptionValue(
        due: "a loopback address is due (127.0.0.0/8, ::1 or localhost), since whoever "
            + "reaches the worker may run its plugin",
        parse: { LoopbackAddress($0) }, show: { $0.description })
}

extension OptionValue where Value == LogLevel {
    static let logLevel = OptionValue(
        due: LogLevel.allCases.map(\.description).joined(separator: ", ") + " is due",
        parse: { text in LogLevel.allCases.first { $0.description == text } },
        show: { $0.description })
}

extension OptionValue where Value: FixedWidthInteger {
    /// A decimal number in a range, digits only.
    static func number(_ range: ClosedRange<Value>, _ noun: String = "a number") -> OptionValue {
        OptionValue(
            due: "\(noun) from \(range.lowerBound) to \(range.upperBound) is due",
            parse: { text in
                guard text.utf8.allSatisfy(isDigit), let value = Value(text) else { return nil }
                return range.contains(value) ? value : nil
            }, show: { $0.description })
    }
}

extension OptionValue where Value == Int {
    /// A positive number of bytes, perhaps with a suffix that counts in powers of 1,024.
    static let bytes = OptionValue(
        due: "a positive number of bytes is due, perhaps with K, M, G, KiB, MiB or GiB",
        parse: { ByteCount.parse($0) }, show: { ByteCount.text($0) })
}

extension OptionValue where Value == Duration {
    /// Seconds with up to three decimals, at most a day.
    static let seconds = OptionValue(
        due: "a number of seconds from 0 to 86400 is due, such as 1.5",
        parse: { text in
            guard text.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }),
                let seconds = Double(text), seconds <= 86_400
            else { return nil }
            return .milliseconds(Int64((seconds * 1_000).rounded()))
        },
        show: { duration in
            let (seconds, attoseconds) = duration.components
            let value = Double(seconds) + Double(attoseconds / 1_000_000_000_000_000) / 1_000
            let text = String(value)
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        })
}

private func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
}
