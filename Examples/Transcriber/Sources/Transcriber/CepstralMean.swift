import CPocketSphinx

/// Finds the mean of the features of speech: what room, microphone and voice add to all of it.
///
/// The decoder subtracts it. Left alone it would begin with the mean of whatever it heard before.
final class CepstralMean {
    private let frontEnd: OpaquePointer
    private let length: Int

    /// Makes a front end like the decoder's own; nil if PocketSphinx cannot.
    init?(_ options: OpaquePointer?) {
        guard let frontEnd = fe_init_auto_r(options) else { return nil }
        self.frontEnd = frontEnd
        length = Int(fe_get_output_size(frontEnd))
    }

    deinit {
        fe_free(frontEnd)
    }

    /// Returns the mean over the speech in some samples; nil if there is none.
    func callAsFunction(_ samples: [Int16]) -> [mfcc_t]? {
        var sums = [Double](repeating: 0, count: length)
        var frameCount = 0
        visitFrames(samples) { frame in
            for index in sums.indices { sums[index] += Double(frame[index]) }
            frameCount += 1
        }
        return frameCount == 0 ? nil : sums.map { mfcc_t($0 / Double(frameCount)) }
    }

    private func visitFrames(
        _ samples: [Int16], _ visit: (UnsafeMutablePointer<mfcc_t>) -> Void
    ) {
        let capacity = 256
        let values = UnsafeMutablePointer<mfcc_t>.allocate(capacity: capacity * length)
        defer { values.deallocate() }
        var rows: [UnsafeMutablePointer<mfcc_t>?] = (0..<capacity).map { values + $0 * length }
        fe_start_stream(frontEnd)
        fe_start_utt(frontEnd)
        samples.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            var left = buffer.count
            while left > 0 {
                let before = left
                var (frames, speechStart) = (Int32(capacity), Int32(0))
                let status = fe_process_frames(
                    frontEnd, &next, &left, &rows, &frames, &speechStart)
                for row in rows.prefix(Int(max(frames, 0))) { row.map(visit) }
                if status < 0 || (frames == 0 && left == before) { break }
            }
        }
        var frames: Int32 = 0
        fe_end_utt(frontEnd, values, &frames)
    }
}
