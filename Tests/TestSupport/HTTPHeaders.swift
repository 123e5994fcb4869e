/// The header fields of a message, in the order in which they came.
public struct HTTPHeaders: Sendable, Equatable {
    /// One field.
    public struct Field: Sendable, Equatable {
        /// The name as it was written.
        public let name: String
        /// The value without white space around it.
        public let value: String
    }

    /// All fields.
    public private(set) var fields: [Field] = []

    /// Makes an empty list.
    public init() {}

    /// The values of `name`, whatever its case.
    public func all(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// The first value of `name`.
    public subscript(_ name: String) -> String? { all(name).first }

    /// Reads `line`, without its line end.
    mutating func append(line: String) throws {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw TestFailure("header without colon: \(line)")
        }
        let value = line[line.index(after: colon)...]
        let trimmed = value.drop { $0 == " " || $0 == "\t" }
        let end = trimmed.lastIndex { $0 != " " && $0 != "\t" }
        fields.append(
            Field(name: String(line[..<colon]), value: end.map { String(trimmed[...$0]) } ?? ""))
    }
}
