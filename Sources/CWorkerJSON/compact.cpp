/// Leaves out white space, a block at a time.

#include "worker_json.h"
#include "blocks.hpp"

namespace worker_json {

namespace {

/// The bytes that a backslash before them escapes. `carry` is 1 where the first byte of the block is
/// escaped, and becomes so for the next one.
uint64_t escaped_bytes(uint64_t backslashes, uint64_t &carry) noexcept {
    uint64_t escaped = carry;
    carry = 0;
    backslashes &= ~escaped;
    while (backslashes != 0) {
        const uint64_t first = backslashes & -backslashes;
        escaped |= first << 1;
        carry = first >> 63;
        backslashes &= ~(first | first << 1);
    }
    return escaped;
}

/// Copies runs of bytes that are kept.
struct Runs {
    static WORKER_JSON_INLINE uint8_t *copy(const uint8_t *at, uint64_t kept,
                                            uint8_t *out) noexcept {
        while (kept != 0) {
            const int begin = __builtin_ctzll(kept);
            const uint64_t dropped = ~(kept >> begin);
            const int count = dropped == 0 ? 64 : __builtin_ctzll(dropped);
            memcpy(out, at + begin, size_t(count));
            out += count;
            kept &= begin + count < 64 ? ~uint64_t(0) << (begin + count) : 0;
        }
        return out;
    }
};

#if defined(WORKER_JSON_AVX2)
/// Picks what is kept out of each eight bytes at once; what lies behind it in `out` is overwritten.
struct Extract {
    WORKER_JSON_AVX2 static inline uint8_t *copy(const uint8_t *at, uint64_t kept,
                                                 uint8_t *out) noexcept {
        for (int word = 0; word < 8; ++word, at += 8, kept >>= 8) {
            uint64_t bytes;
            memcpy(&bytes, at, sizeof bytes);
            const uint64_t spread = __builtin_ia32_pdep_di(kept & 0xFF, 0x0101010101010101);
            bytes = __builtin_ia32_pext_di(bytes, spread * 0xFF);
            memcpy(out, &bytes, sizeof bytes);
            out += __builtin_popcountll(kept & 0xFF);
        }
        return out;
    }
};
#endif

template <class Copy>
WORKER_JSON_INLINE size_t compact(const uint8_t *text, size_t length, uint8_t *out) noexcept {
    uint8_t *const first = out;
    uint64_t is_escaped = 0, in_string = 0;
    uint8_t last[block_size];
    for (size_t place = 0; place < length; place += block_size) {
        const uint8_t *at = text + place;
        if (length - place < block_size) {
            memset(last, ' ', sizeof last);
            memcpy(last, at, length - place);
            at = last;
        }
        const Block block = load(at);
        const uint64_t backslashes = bits(is_byte(block, '\\'));
        uint64_t inside = bits(is_byte(block, '"'));
        if ((backslashes | is_escaped) != 0) inside &= ~escaped_bytes(backslashes, is_escaped);
        // From each opening quote up to the byte before the closing one.
        for (int shift = 1; shift < 64; shift *= 2) inside ^= inside << shift;
        inside ^= in_string;
        in_string = uint64_t(int64_t(inside) >> 63);
        out = Copy::copy(at, inside | ~white_space(block), out);
    }
    return size_t(out - first);
}

#if defined(WORKER_JSON_AVX2)
WORKER_JSON_AVX2 size_t compact_with_avx2(const uint8_t *text, size_t length,
                                          uint8_t *out) noexcept {
    return compact<Extract>(text, length, out);
}
#endif

}  // namespace

}  // namespace worker_json

extern "C" size_t worker_json_compact(const uint8_t *text, size_t length, uint8_t *out) noexcept {
#if defined(WORKER_JSON_AVX2)
    if (worker_json::has_avx2) return worker_json::compact_with_avx2(text, length, out);
#endif
    return worker_json::compact<worker_json::Runs>(text, length, out);
}
