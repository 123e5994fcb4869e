/// The reader of short lines: copies and checks what most lines of a stream are, and nothing else.
///
/// Behind the copy stands its line end, which no compact value has anywhere: it stops every loop, so
/// that none looks for the end of the text. Whatever is unusual is left to the other reader.

#include "line_breaks.hpp"

namespace worker_json {

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");

constexpr uint8_t line_end = '\n';

// The line end, and what is read beyond it at once.
static_assert(WORKER_JSON_SHORT_LINE_ROOM >= WORKER_JSON_SHORT_LINE + 1 + 8, "room");

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

/// `at` is in a string. Finds the next byte that needs a look; up to seven bytes behind it are read.
inline const uint8_t *skip_plain(const uint8_t *at) noexcept {
    uint64_t special = special_bytes_at(at);
    while (special == 0) special = special_bytes_at(at += 8);
    return at + __builtin_ctzll(special) / 8;
}

/// `at` is the byte after the opening quote; `end` is where the line end stands.
inline const uint8_t *short_string(const uint8_t *at, const uint8_t *end) noexcept {
    // Most keys are a few bytes: the processor guesses its way through them.
    for (int bytes = 0; bytes < 8; ++bytes, ++at) {
        if (*at == '"') return at + 1;
        if (*at < 0x20 || *at >= 0x80 || *at == '\\') break;
    }
    for (;;) {
        at = skip_plain(at);
        if (*at == '"') return at + 1;
        if (*at == '\\') {
            Failure ignored;
            at = escape(at, end, ignored, false);
            if (at == nullptr) return nullptr;
        } else if (*at >= 0x80) {
            const Sequence sequence = utf8_sequence(at, end);
            if (!sequence.valid || line_break(at, sequence) != 0) return nullptr;
            at += sequence.length;
        } else {
            return nullptr;
        }
    }
}

/// `at` is any byte.
inline const uint8_t *short_number(const uint8_t *at) noexcept {
    if (*at == '-') ++at;
    if (!is_digit(*at)) return nullptr;
    if (*at++ != '0')
        while (is_digit(*at)) ++at;
    if (*at == '.') {
        if (!is_digit(*++at)) return nullptr;
        while (is_digit(*at)) ++at;
    }
    if ((*at | 0x20) == 'e') {
        ++at;
        if (*at == '+' || *at == '-') ++at;
        if (!is_digit(*at)) return nullptr;
        while (is_digit(*at)) ++at;
    }
    return at;
}

/// Reads one compact value, up to the line end.
inline bool is_short_line(const uint8_t *at, const uint8_t *const end,
                          const bool is_python) noexcept {
    // A bit for each open level, 1 for an object, below one that marks the outermost.
    uint64_t levels = 1;

value:
    switch (*at) {
    case '"': at = short_string(at + 1, end); break;
    case '{': case '[':
        if (levels >> 63 != 0) return false;
        levels = levels << 1 | (*at == '{');
        ++at;
        if (*at == (']' | (levels & 1) << 5)) goto close;
        if ((levels & 1) != 0) goto key;
        goto value;
    case 't': at = memcmp(at, "true", 4) == 0 ? at + 4 : nullptr; break;
    case 'f': at = memcmp(at + 1, "alse", 4) == 0 ? at + 5 : nullptr; break;
    case 'n': at = memcmp(at, "null", 4) == 0 ? at + 4 : nullptr; break;
    default: {
        const uint8_t *const first = at;
        at = short_number(at);
        if (at == nullptr && is_python) at = non_finite(first, end);
    }
    }
    if (at == nullptr) return false;

after_value:
    if (levels == 1) return at == end;
    if (*at == ',') {
        ++at;
        if ((levels & 1) == 0) goto value;
        goto key;
    }
    if (*at != (']' | (levels & 1) << 5)) return false;

close:
    levels >>= 1;
    ++at;
    goto after_value;

key:
    if (*at != '"') return false;
    at = short_string(at + 1, end);
    if (at == nullptr || *at != ':') return false;
    ++at;
    goto value;
}

}  // namespace

}  // namespace worker_json

using namespace worker_json;

extern "C" size_t worker_json_short_line(const uint8_t *text, size_t length,
                                         uint8_t *line, bool is_python) noexcept {
    if (length > WORKER_JSON_SHORT_LINE) return 0;
    memcpy(line, text, length);
    line[length] = line_end;
    return is_short_line(line, line + length, is_python) ? length + 1 : 0;
}
