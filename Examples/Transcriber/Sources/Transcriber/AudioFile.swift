import Glibc
import WorkerSDK

/// A recording of 16-bit samples, one channel, read block by block.
///
/// `.wav` holds a RIFF header with the format; `.raw` holds little-endian samples and nothing else.
final class AudioFile {
    let sampleRate: Int
    let sampleCount: Int
    /// How many samples have been read.
    private(set) var position = 0

    private let file: ReadableFile

    var duration: Double { Double(sampleCount) / Double(sampleRate) }

    /// Opens a recording and goes to its first sample.
    ///
    /// - Throws: `PluginError` that names the file, what was expected and what was found.
    init(_ path: String, sampleRate: Int) throws {
        file = try ReadableFile(path)
        self.sampleRate = sampleRate
        let byteCount: Int
        if path.lowercased().hasSuffix(".wav") {
            byteCount = try WaveHeader(file).audioByteCount(expectingRate: sampleRate)
        } else if path.lowercased().hasSuffix(".raw") {
            byteCount = file.byteCount
        } else {
            throw file.unusable("expected a name that ends in .wav or .raw")
        }
        guard byteCount > 0 else { throw file.unusable("expected audio, found none") }
        guard byteCount.isMultiple(of: 2) else {
            throw file.unusable("expected 16-bit samples, found an odd count of \(byteCount) bytes")
        }
        sampleCount = byteCount / 2
    }

    /// Reads the next samples, fewer at the end and none behind it.
    ///
    /// - Throws: `PluginError` if the file has become shorter or cannot be read.
    func read(_ count: Int) throws -> [Int16] {
        let samples = try peek(count)
        file.skip(2 * samples.count)
        position += samples.count
        return samples
    }

    /// Reads the next samples, and leaves them to be read again.
    ///
    /// - Throws: `PluginError` if the file has become shorter or cannot be read.
    func peek(_ count: Int) throws -> [Int16] {
        let bytes = try file.peek(2 * min(count, sampleCount - position))
        return stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            Int16(bitPattern: UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8)
        }
    }
}
