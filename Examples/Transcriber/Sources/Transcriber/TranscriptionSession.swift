/// One recording on its way through the decoder, utterance by utterance.
///
/// A pause of half a second ends an utterance, as does a length of 20 seconds: that bounds the
/// memory and the time of the pass that settles its words, however long the recording is.
struct TranscriptionSession {
    private static let longestUtterance = 20.0
    private static let openingLength = 10

    private let audio: AudioFile
    private let decoder: SpeechDecoder
    /// 20 ms of audio, which take a fraction of that: so long a cancellation waits.
    private let blockLength: Int
    private var words: [Transcript.Word] = []
    private var utteranceStart = 0.0
    private var blocks = 0
    private var lastText = ""

    init(_ audio: AudioFile, _ decoder: SpeechDecoder) throws {
        self.audio = audio
        self.decoder = decoder
        blockLength = audio.sampleRate / 50
        try decoder.startRecording(audio.peek(Self.openingLength * audio.sampleRate))
    }

    var fraction: Double { Double(audio.position) / Double(audio.sampleCount) }

    var progressText: String {
        "\(Int(heard)) of \(Int(audio.duration.rounded(.up))) s of audio"
    }

    private var heard: Double { Double(audio.position) / Double(audio.sampleRate) }

    /// Hears one block; false at the end of the recording.
    mutating func advance() throws -> Bool {
        let block = try audio.read(blockLength)
        guard !block.isEmpty else { return false }
        try decoder.hear(block)
        blocks += 1
        if decoder.isAtPause || heard - utteranceStart > Self.longestUtterance {
            words += try decoder.endUtterance()
            try decoder.startUtterance()
            utteranceStart = heard
        }
        return true
    }

    /// What has been understood, if that has changed; looked at five times a second of audio.
    mutating func takeUpdate() -> Update? {
        guard blocks.isMultiple(of: 10) else { return nil }
        let text = (words.map(\.word) + decoder.hypothesis).joined(separator: " ")
        guard text != lastText else { return nil }
        lastText = text
        return Update(text: text, heard: heard)
    }

    /// Settles the last words.
    mutating func finish() throws -> Transcript {
        words += try decoder.endUtterance()
        return Transcript(
            text: words.map(\.word).joined(separator: " "), segments: words,
            duration: audio.duration)
    }
}
