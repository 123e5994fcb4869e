/// SHA-256 (FIPS 180-4), of which the worker needs but the hash of a few short texts.
package enum SHA256 {
    /// A digest: its words in order, compared without regard to what they are.
    package struct Digest: Sendable {
        fileprivate var words: InlineArray<8, UInt32>

        /// Whether two digests are the same, in a time that does not tell where they differ.
        package func isEqual(to other: Digest) -> Bool {
            var difference: UInt32 = 0
            for index in words.indices { difference |= words[index] ^ other.words[index] }
            return difference == 0
        }

        /// The digest's 32 bytes.
        package var bytes: [UInt8] {
            words.indices.flatMap { index in
                [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: words[index] >> UInt32($0)) }
            }
        }
    }

    /// Returns the digest of a message.
    package static func digest(_ message: Span<UInt8>) -> Digest {
        var digest = Digest(words: start)
        // Behind the message stand a bit and, in the last eight bytes, the number of its bits.
        for block in 0...(message.count + 8) / 64 { mix(message, from: 64 * block, into: &digest) }
        return digest
    }

    private static func mix(_ message: Span<UInt8>, from start: Int, into digest: inout Digest) {
        var schedule = InlineArray<64, UInt32>(repeating: 0)
        for index in 0..<16 { schedule[index] = word(of: message, at: start + 4 * index) }
        if start + 64 >= message.count + 9 {
            schedule[14] = UInt32(truncatingIfNeeded: message.count >> 29)
            schedule[15] = UInt32(truncatingIfNeeded: message.count << 3)
        }
        for index in 16..<64 {
            let (near, far) = (schedule[index - 2], schedule[index - 15])
            schedule[index] =
                schedule[index - 16] &+ schedule[index - 7]
                &+ (far.rotated(7) ^ far.rotated(18) ^ far >> 3)
                &+ (near.rotated(17) ^ near.rotated(19) ^ near >> 10)
        }
        // The letters are those of the standard.
        let words = digest.words
        var (a, b, c, d) = (words[0], words[1], words[2], words[3])
        var (e, f, g, h) = (words[4], words[5], words[6], words[7])
        for index in 0..<64 {
            let first =
                h &+ (e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)) &+ (e & f ^ ~e & g)
                &+ constants[index] &+ schedule[index]
            let second =
                (a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)) &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() {
            digest.words[index] = digest.words[index] &+ word
        }
    }

    /// Four bytes of a message, and of the bit behind it.
    private static func word(of message: Span<UInt8>, at start: Int) -> UInt32 {
        var word: UInt32 = 0
        for index in start..<start + 4 {
            let byte = index < message.count ? message[index] : index == message.count ? 0x80 : 0
            word = word << 8 | UInt32(byte)
        }
        return word
    }

    private static let start: InlineArray<8, UInt32> = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
        0x5be0_cd19,
    ]

    private static let constants: InlineArray<64, UInt32> = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
        0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
        0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
        0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
        0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
        0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
        0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
        0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
        0xc671_78f2,
    ]
}

extension UInt32 {
    /// The bits, moved to the right, and those that fall out put in front.
    fileprivate func rotated(_ count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
