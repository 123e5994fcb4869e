/// What may stand in a string without a look, eight bytes at once.

#pragma once

#include "tokens.hpp"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");

namespace worker_json {

/// Sets the top bit of the first byte that needs a look in a string: a control character, a quote, a
/// backslash, or one that is not ASCII. (A borrow may set later ones too; only the first counts.)
inline uint64_t special_bytes(uint64_t bytes) noexcept {
    const uint64_t one = each_byte(1);
    return (((bytes ^ each_byte('"')) - one) | ((bytes ^ each_byte('\\')) - one)
            | (bytes - each_byte(0x20)) | bytes) & each_byte(0x80);
}

inline uint64_t special_bytes_at(const uint8_t *at) noexcept {
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return special_bytes(bytes);
}

/// `at` is in a string. Finds the next byte that needs a look, which may lie up to seven bytes beyond
/// the end, in the padding.
inline const uint8_t *skip_plain(const uint8_t *at, const uint8_t *end) noexcept {
    for (; at < end; at += 8) {
        const uint64_t special = special_bytes_at(at);
        if (special != 0) return at + __builtin_ctzll(special) / 8;
    }
    return at;
}

/// The same, where one is known to come; up to seven bytes behind it are read.
inline const uint8_t *skip_plain(const uint8_t *at) noexcept {
    uint64_t special = special_bytes_at(at);
    while (special == 0) special = special_bytes_at(at += 8);
    return at + __builtin_ctzll(special) / 8;
}

}  // namespace worker_json
