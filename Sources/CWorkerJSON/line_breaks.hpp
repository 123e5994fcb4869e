/// The three characters beyond ASCII at which clients split lines: U+0085, U+2028 and U+2029.

#pragma once

#include "tokens.hpp"
#include "utf8.hpp"

namespace worker_json {

/// The code point, if a valid sequence is one of those at which clients split lines; else zero.
inline uint32_t line_break(const uint8_t *at, Sequence sequence) noexcept {
    if (sequence.length == 2 && at[0] == 0xC2 && at[1] == 0x85) return 0x85;
    if (sequence.length == 3 && at[0] == 0xE2 && at[1] == 0x80 && (at[2] == 0xA8 || at[2] == 0xA9))
        return 0x2000u + (at[2] - 0x80u);
    return 0;
}

}  // namespace worker_json
