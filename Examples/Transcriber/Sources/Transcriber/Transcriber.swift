import WorkerSDK

/// Speech to text with PocketSphinx.
struct Transcriber: WorkerPlugin {
    /// Where the model is, and what audio comes in.
    struct Configuration: PluginConfiguration, Equatable {
        var modelFolder = "/usr/share/pocketsphinx/model/en-us"
        var sampleRate = 16000
    }

    /// What to transcribe.
    struct Arguments: Decodable {
        var path: String
    }

    static let version = "1.0.0"

    static let configurationSchema: JSONValue = [
        "type": "object",
        "properties": [
            "modelFolder": [
                "type": "string", "default": "/usr/share/pocketsphinx/model/en-us",
                "description": """
                Folder NAME with the acoustic model in NAME/, the language model in NAME.lm.bin \
                and the dictionary in cmudict-NAME.dict
                """,
            ],
            "sampleRate": [
                "type": "integer", "default": 16000, "minimum": 8000, "maximum": 48000,
                "description": "Samples a second of all recordings; en-us needs 16000 or more",
            ],
        ],
        "additionalProperties": false,
    ]

    private var configuration = Configuration()
    private var decoder: SpeechDecoder?

    /// Loads the model, which takes about half a second; on failure the former one stays.
    mutating func initialize(_ configuration: Configuration) throws {
        if decoder == nil || configuration != self.configuration {
            decoder = try SpeechDecoder(configuration)
        }
        self.configuration = configuration
    }

    mutating func execute(_ arguments: Arguments, call: CallContext) throws -> Transcript {
        try transcribe(arguments.path, call) { _ in }
    }

    mutating func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Update>, call: CallContext
    ) throws {
        let transcript = try transcribe(arguments.path, call) { try stream.write($0) }
        let last = Update(
            text: transcript.text, heard: transcript.duration, final: true, transcript: transcript)
        try stream.write(last)
    }

    /// Frees the model; the next call loads it again.
    mutating func cleanup() {
        decoder = nil
    }

    private mutating func transcribe(
        _ path: String, _ call: CallContext, onUpdate: (Update) throws -> Void
    ) throws -> Transcript {
        let audio = try AudioFile(path, sampleRate: configuration.sampleRate)
        if decoder == nil {
            call.reportProgress(nil, "Loading the model")
            decoder = try SpeechDecoder(configuration)
        }
        guard let decoder else { throw PluginError(.failed, "The model is not loaded") }
        var session = try TranscriptionSession(audio, decoder)
        while try session.advance() {
            try call.checkCancellation()
            call.reportProgress(session.fraction, session.progressText)
            if let update = session.takeUpdate() { try onUpdate(update) }
        }
        try call.checkCancellation()
        return try session.finish()
    }
}
