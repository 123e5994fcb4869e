import CPocketSphinx
import Glibc
import WorkerSDK

/// A loaded model of PocketSphinx, hearing one recording at a time.
final class SpeechDecoder {
    private let decoder: OpaquePointer
    private let mean: CepstralMean
    private let modelMean: [mfcc_t]
    private var isInUtterance = false
    private var hasHeardSpeech = false

    /// Loads the model.
    ///
    /// - Throws: `PluginError` that names the file that is missing, or says what PocketSphinx did.
    init(_ configuration: Transcriber.Configuration) throws {
        let rate = configuration.sampleRate
        guard 8000...48000 ~= rate else {
            throw PluginError(.invalidArgument, "sampleRate: expected 8000 to 48000, found \(rate)")
        }
        let model = try ModelFiles(configuration.modelFolder)
        // A window of 25.6 ms, as a power of two.
        var window = 512
        while window * 1000 < rate * 26 { window *= 2 }
        // The fwdflat pass would hold up a cancellation for a second, and changes few words.
        let arguments = [
            "transcriber", "-hmm", model.acoustic, "-lm", model.language, "-dict", model.dictionary,
            "-samprate", "\(rate)", "-nfft", "\(window)", "-fwdflat", "no", "-bestpath", "yes",
        ]
        SphinxLog.connect()
        var decoder: OpaquePointer?
        try SphinxLog.explain("PocketSphinx cannot load the model in \(model.folder)") {
            var copies = arguments.map { strdup($0) }
            defer { for copy in copies { free(copy) } }
            let options = cmd_ln_parse_r(nil, ps_args(), Int32(copies.count), &copies, 1)
            defer { cmd_ln_free_r(options) }
            decoder = options.flatMap { ps_init($0) }
            return decoder != nil
        }
        guard let decoder else { throw PluginError(.failed, "PocketSphinx made no decoder") }
        self.decoder = decoder
        guard let mean = CepstralMean(ps_get_config(decoder)) else {
            ps_free(decoder)
            throw PluginError(.failed, "PocketSphinx made no front end")
        }
        self.mean = mean
        let initial = ps_get_feat(decoder).pointee.cmn_struct.pointee
        modelMean = Array(UnsafeBufferPointer(start: initial.cmn_mean, count: Int(initial.veclen)))
    }

    deinit {
        ps_free(decoder)
    }

    /// Begins a recording: nothing of an earlier one, finished or not, has an effect on it.
    ///
    /// - Parameter opening: The first seconds, which tell what the voice sounds like.
    /// - Throws: `PluginError` if PocketSphinx fails.
    func startRecording(_ opening: [Int16]) throws {
        if isInUtterance { _ = try endUtterance() }
        cmn_live_set(ps_get_feat(decoder).pointee.cmn_struct, mean(opening) ?? modelMean)
        ps_start_stream(decoder)
        try startUtterance()
    }

    /// Begins a part of a recording.
    func startUtterance() throws {
        try SphinxLog.explain("PocketSphinx cannot start an utterance") {
            ps_start_utt(decoder) == 0
        }
        isInUtterance = true
        hasHeardSpeech = false
    }

    /// Hears some samples.
    func hear(_ samples: [Int16]) throws {
        try SphinxLog.explain("PocketSphinx cannot process the audio") {
            ps_process_raw(decoder, samples, samples.count, 0, 0) >= 0
        }
        if isHearingSpeech { hasHeardSpeech = true }
    }

    /// Whether a pause has followed the speech of this utterance.
    var isAtPause: Bool { hasHeardSpeech && !isHearingSpeech }

    /// Whether the last samples were speech.
    private var isHearingSpeech: Bool { ps_get_in_speech(decoder) != 0 }

    /// The words of the utterance as they look now.
    var hypothesis: [String] {
        guard let text = ps_get_hyp(decoder, nil) else { return [] }
        return String(cString: text).split(separator: " ").map(String.init)
    }

    /// Ends a part of a recording, and settles its words.
    func endUtterance() throws -> [Transcript.Word] {
        isInUtterance = false
        try SphinxLog.explain("PocketSphinx cannot end the utterance") {
            ps_end_utt(decoder) == 0
        }
        guard hasHeardSpeech else { return [] }
        let framesPerSecond = Double(cmd_ln_int_r(ps_get_config(decoder), "-frate"))
        var words: [Transcript.Word] = []
        var segment = ps_seg_iter(decoder)
        while let current = segment {
            if let word = Self.spelling(ps_seg_word(current)) {
                var (first, last): (Int32, Int32) = (0, 0)
                ps_seg_frames(current, &first, &last)
                words.append(
                    Transcript.Word(
                        word: word, start: Double(first) / framesPerSecond,
                        end: Double(last + 1) / framesPerSecond, probability: probability(current)))
            }
            segment = ps_seg_next(current)
        }
        return words
    }

    private func probability(_ segment: OpaquePointer) -> Double {
        let logarithm = ps_seg_prob(segment, nil, nil, nil)
        let value = logmath_exp(ps_get_logmath(decoder), logarithm)
        return (min(max(value, 0), 1) * 1000).rounded() / 1000
    }

    /// The word without the number of its pronunciation; nil for silence and noises.
    private static func spelling(_ characters: UnsafePointer<CChar>?) -> String? {
        guard let characters else { return nil }
        let text = String(cString: characters)
        guard let first = text.first, !"<[+".contains(first) else { return nil }
        return text.hasSuffix(")") ? text.firstIndex(of: "(").map { String(text[..<$0]) } : text
    }
}
