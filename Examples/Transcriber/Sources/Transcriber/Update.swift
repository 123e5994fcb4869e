/// One line of a streamed transcription.
struct Update: Encodable {
    /// What has been understood so far; it may still change unless it is final.
    var text: String
    /// How much of the recording has been heard, in seconds.
    var heard: Double
    var final = false
    /// The whole result, on the final line only.
    var transcript: Transcript?
}
