/// The making of what is said to the service manager: lines of `NAME=value`.
enum NotifyText {
    /// The bytes of a text that are sent; the manager drops messages of more than 4,096 as a whole.
    static let maxText = 1_024

    /// Returns a text as one line without control characters, cut between characters.
    static func line(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        var room = maxText
        for scalar in text.unicodeScalars {
            room -= UTF8.width(scalar)
            guard room >= 0 else { break }
            line.append(breaks(scalar) ? " " : scalar)
        }
        return String(line)
    }

    /// Whether a character would end a line or the message, or steer the terminal of `systemctl status`.
    private static func breaks(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029: true
        default: false
        }
    }
}
