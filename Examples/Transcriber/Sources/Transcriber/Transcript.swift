/// What was said in a recording, and when.
struct Transcript: Encodable {
    /// A word; times are in seconds from the start of the recording.
    struct Word: Encodable {
        var word: String
        var start: Double
        var end: Double
        /// How likely the decoder holds it, from 0 to 1.
        var probability: Double
    }

    /// The words, with spaces between.
    var text: String
    var segments: [Word]
    /// Of the whole recording, in seconds.
    var duration: Double
}
