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
        guard !digits.isEmpty, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
            let count = Int(digits), count > 0
        else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : bytes
    }

    /// The shortest exact spelling, such as `64 MiB`, without its space.
    static func text(_ bytes: Int) -> String {
        for (suffix, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)]
        where bytes > 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(suffix)"
        }
        return String(bytes)
    }
}
