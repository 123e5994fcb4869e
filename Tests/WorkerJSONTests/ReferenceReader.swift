import WorkerJSON

/// A reader of JSON as a textbook has it, which the real one is held against.
///
/// It is written from RFC 8259 and RFC 7493 alone: recursive, a byte at a time, with UTF-8 by the
/// standard library. The last members of an object at the root are remembered with their ranges.
struct ReferenceReader {
    /// The first wrong byte.
    struct Wrong: Error, Equatable { let offset: Int }

    private let text: [UInt8]
    private var at = 0
    private var depth = 0
    private(set) var compact: [UInt8] = []
    private(set) var range = 0..<0
    private(set) var members: [[UInt32]: Range<Int>] = [:]

    init(_ text: [UInt8]) throws(Wrong) {
        self.text = text
        skipSpace()
        range = try value()
        skipSpace()
        if at < text.count { throw Wrong(offset: at) }
    }

    /// Where the arguments of a call lie, if the text is one.
    var call: CallBody? {
        guard text[range.lowerBound] == UInt8(ascii: "{") else { return nil }
        let args = members[Array("args".unicodeScalars.map(\.value))]
        let kwargs = members[Array("kwargs".unicodeScalars.map(\.value))]
        if let args, text[args.lowerBound] != UInt8(ascii: "[") { return nil }
        if let kwargs, text[kwargs.lowerBound] != UInt8(ascii: "{") { return nil }
        return CallBody(args: args, kwargs: kwargs)
    }

    private var next: UInt8? { at < text.count ? text[at] : nil }
    private var wrong: Wrong { Wrong(offset: at) }

    private mutating func skipSpace() {
        while let byte = next, " \t\n\r".utf8.contains(byte) { at += 1 }
    }

    private mutating func take(_ allowed: String) throws(Wrong) {
        guard let byte = next, allowed.utf8.contains(byte) else { throw wrong }
        compact.append(byte)
        at += 1
    }

    private mutating func value() throws(Wrong) -> Range<Int> {
        let begin = at
        switch next {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): for letter in "true" { try take(String(letter)) }
        case UInt8(ascii: "f"): for letter in "false" { try take(String(letter)) }
        case UInt8(ascii: "n"): for letter in "null" { try take(String(letter)) }
        default: try number()
        }
        return begin..<at
    }

    private mutating func object() throws(Wrong) {
        depth += 1
        try take("{")
        skipSpace()
        if next != UInt8(ascii: "}") {
            while true {
                let key = try string()
                skipSpace()
                try take(":")
                skipSpace()
                let range = try value()
                if depth == 1 { members[key] = range }
                skipSpace()
                if next == UInt8(ascii: "}") { break }
                try take(",")
                skipSpace()
            }
        }
        try take("}")
        depth -= 1
    }

    private mutating func array() throws(Wrong) {
        depth += 1
        try take("[")
        skipSpace()
        if next != UInt8(ascii: "]") {
            while true {
                _ = try value()
                skipSpace()
                if next == UInt8(ascii: "]") { break }
                try take(",")
                skipSpace()
            }
        }
        try take("]")
        depth -= 1
    }

    private mutating func number() throws(Wrong) {
        if next == UInt8(ascii: "-") { try take("-") }
        if next == UInt8(ascii: "0") {
            try take("0")
            if let byte = next, "0123456789".utf8.contains(byte) { throw wrong }
        } else {
            try digits()
        }
        if next == UInt8(ascii: ".") {
            try take(".")
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            try take("eE")
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { try take("+-") }
            try digits()
        }
    }

    private mutating func digits() throws(Wrong) {
        try take("0123456789")
        while let byte = next, "0123456789".utf8.contains(byte) { try take("0123456789") }
    }

    /// The scalars of a string.
    private mutating func string() throws(Wrong) -> [UInt32] {
        try take("\"")
        var scalars: [UInt32] = []
        while next != UInt8(ascii: "\"") {
            guard let byte = next, byte >= 0x20 else { throw wrong }
            if byte == UInt8(ascii: "\\") {
                scalars.append(try escape())
                continue
            }
            var rest = text[at...].makeIterator()
            var parser = Unicode.UTF8.ForwardParser()
            guard case .valid(let encoded) = parser.parseScalar(from: &rest) else { throw wrong }
            compact += encoded
            at += encoded.count
            scalars.append(Unicode.UTF8.decode(encoded).value)
        }
        try take("\"")
        return scalars
    }

    private mutating func escape() throws(Wrong) -> UInt32 {
        let begin = at
        try take("\\")
        if next != UInt8(ascii: "u") {
            let letter = next
            try take("\"\\/bfnrt")
            return UInt32(letter ?? 0)
        }
        let first = try unit()
        guard 0xD800...0xDFFF ~= first else { return first }
        guard first < 0xDC00, text.count - at >= 2, text[at...].starts(with: Array("\\u".utf8))
        else { throw Wrong(offset: begin) }
        try take("\\")
        let second = try unit()
        guard 0xDC00...0xDFFF ~= second else { throw Wrong(offset: begin) }
        return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private mutating func unit() throws(Wrong) -> UInt32 {
        try take("u")
        let begin = at
        for _ in 0..<4 { try take("0123456789abcdefABCDEF") }
        return UInt32(String(decoding: text[begin..<at], as: UTF8.self), radix: 16) ?? 0
    }
}
