import WorkerSDK

/// The format of a RIFF/WAVE file, whose chunks are read up to the first sample.
struct WaveHeader {
    private static let pcm: UInt32 = 1
    private static let extensible: UInt32 = 0xFFFE
    /// Sizes of programs that wrote to a pipe, and could not know: up to the end of the file.
    private static let unknownSize: UInt32 = .max

    private let file: ReadableFile
    private var format: UInt32 = 0
    private var channels: UInt32 = 0
    private var rate: UInt32 = 0
    private var bits: UInt32 = 0
    private var dataByteCount = 0

    /// Reads the chunks; the next byte of the file is then the first of the audio.
    ///
    /// - Throws: `PluginError` if a part is missing or cut off.
    init(_ file: ReadableFile) throws {
        self.file = file
        guard file.byteCount >= 12 else {
            throw file.unusable("expected a RIFF header of 12 bytes, found \(file.byteCount)")
        }
        let riff = try file.read(12)
        guard Self.name(riff, 0) == "RIFF", Self.name(riff, 8) == "WAVE" else {
            throw file.unusable("expected RIFF and WAVE, found other data")
        }
        var hasFormat = false
        while true {
            guard file.byteCount - file.offset >= 8 else {
                let missing = hasFormat ? "data" : "fmt"
                throw file.unusable("expected a chunk '\(missing)', found the end of the file")
            }
            let chunk = try file.read(8)
            let size = Self.number(chunk, 4, 4)
            let rest = file.byteCount - file.offset
            let name = Self.name(chunk, 0)
            if name == "data", hasFormat {
                dataByteCount = size == Self.unknownSize ? rest : Int(size)
            }
            guard Int(size) <= rest || (name == "data" && size == Self.unknownSize) else {
                throw file.unusable(
                    "expected \(size) bytes in chunk '\(name)', found \(rest) up to the end")
            }
            switch name {
            case "data":
                guard hasFormat else { throw file.unusable("expected 'fmt' before 'data'") }
                return
            case "fmt ":
                try readFormat(Int(size))
                hasFormat = true
            default:
                file.skip(Int(size) + Int(size % 2))
            }
        }
    }

    /// Returns how much audio follows.
    ///
    /// - Throws: `PluginError` if it is not 16-bit PCM with one channel at this rate.
    func audioByteCount(expectingRate expected: Int) throws -> Int {
        guard format == Self.pcm else {
            throw file.unusable("expected PCM (format 1), found format \(format)")
        }
        guard channels == 1 else {
            throw file.unusable("expected 1 channel, found \(channels)")
        }
        guard bits == 16 else {
            throw file.unusable("expected 16 bits a sample, found \(bits)")
        }
        guard rate == UInt32(expected) else {
            throw file.unusable("expected \(expected) samples a second, found \(rate)")
        }
        return dataByteCount
    }

    private mutating func readFormat(_ size: Int) throws {
        guard size >= 16 else {
            throw file.unusable("expected 16 bytes or more in chunk 'fmt ', found \(size)")
        }
        let fields = try file.read(min(size, 40))
        file.skip(size - fields.count + size % 2)
        format = Self.number(fields, 0, 2)
        channels = Self.number(fields, 2, 2)
        rate = Self.number(fields, 4, 4)
        bits = Self.number(fields, 14, 2)
        // The extensible form has the real format at the start of an identifier behind the rest.
        if format == Self.extensible, fields.count >= 26 { format = Self.number(fields, 24, 2) }
    }

    private static func name(_ bytes: [UInt8], _ offset: Int) -> String {
        String(decoding: bytes[offset..<(offset + 4)], as: UTF8.self)
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt32 {
        bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
