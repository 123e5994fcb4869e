/// UTF-8: one sequence at a time, and blocks of it.

#pragma once

#include "blocks.hpp"

namespace worker_json {

/// A run of bytes that either encodes one scalar or is one replacement character.
struct Sequence {
    size_t length;
    bool valid;
};

/// `at` is 0x80 or more. What is invalid is as long as the longest beginning of a valid sequence
/// ("maximal subpart", Unicode 3.9), and at least one byte.
inline Sequence utf8_sequence(const uint8_t *at, const uint8_t *end) noexcept {
    const uint8_t lead = *at;
    size_t length;
    uint8_t lowest = 0x80, highest = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) lowest = 0xA0;
        if (lead == 0xED) highest = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) lowest = 0x90;
        if (lead == 0xF4) highest = 0x8F;
    } else {
        return {1, false};
    }
    for (size_t seen = 1; seen < length; ++seen) {
        if (at + seen == end || at[seen] < lowest || at[seen] > highest) return {seen, false};
        lowest = 0x80;
        highest = 0xBF;
    }
    return {length, true};
}

/// Checks a text block by block, from its first byte on.
class UTF8Blocks {
public:
    /// Whether something in the block at `at` is not UTF-8; `count` bytes of it are the text's. A
    /// sequence that the block cuts is left to the next one, which the text may end before.
    WORKER_JSON_INLINE bool is_wrong(const uint8_t *at, size_t count) noexcept {
        const bool high = bits(is_high(load(at))) != 0;
        const bool wrong = (high || was_high) && check(at, count);
        was_high = high;
        is_first = false;
        return wrong;
    }

private:
    bool was_high = false;
    bool is_first = true;

    /// The bytes that are not the text's are read as spaces.
    WORKER_JSON_INLINE bool check(const uint8_t *at, size_t count) const noexcept {
        if (!is_first && count >= block_size) return has_wrong(at);
        uint8_t copy[3 + block_size];
        memset(copy, ' ', sizeof copy);
        if (!is_first) memcpy(copy, at - 3, 3);
        memcpy(copy + 3, at, count < block_size ? count : block_size);
        return has_wrong(copy + 3);
    }

    /// Looks at each byte beside the three before it, of which three lie before the block.
    static WORKER_JSON_INLINE bool has_wrong(const uint8_t *at) noexcept {
        const Block bytes = load(at), first = load(at - 1);
        // The top bit of each byte says whether one of those before wants it to follow.
        const Block wanted = __builtin_elementwise_sub_sat(first, Block(0xC0 - 0x80))
            | __builtin_elementwise_sub_sat(load(at - 2), Block(0xE0 - 0x80))
            | __builtin_elementwise_sub_sat(load(at - 3), Block(0xF0 - 0x80));
        const Truths follows = (Truths)bytes < char(0xC0);
        Truths wrong = (Truths)wanted ^ follows;
        // After these, not every byte that may follow others may, or none.
        const Truths narrow = is_byte(first, char(0xE0)) | is_byte(first, char(0xED))
            | (Truths)__builtin_elementwise_sub_sat(first, Block(0xF0 - 0x80))
            | is_byte(first & uint8_t(0xFE), char(0xC0));
        if (bits(is_high((Block)narrow)) != 0) {
            const Truths below_a0 = is_below(bytes, 0xA0), below_90 = is_below(bytes, 0x90);
            wrong |= (is_byte(first, char(0xE0)) & below_a0)
                | (is_byte(first, char(0xED)) & ~below_a0)
                | (is_byte(first, char(0xF0)) & below_90)
                | (is_byte(first, char(0xF4)) & ~below_90)
                | (Truths)(first > uint8_t(0xF4)) | is_byte(first & uint8_t(0xFE), char(0xC0));
        }
        return bits(is_high((Block)wrong)) != 0;
    }
};

}  // namespace worker_json
