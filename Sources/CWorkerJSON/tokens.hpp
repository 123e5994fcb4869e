/// What both readers know about single tokens: numbers, literals, escapes and UTF-8 sequences.
///
/// A function takes the first byte of its token and `end`, which it never reads; it returns the byte
/// after the token, or null with the problem and its place in `failure`.

#pragma once

#include "worker_json.h"

#include <cstring>

namespace worker_json {

struct Failure {
    worker_json_problem problem;
    const uint8_t *at;
};

inline const uint8_t *fail(Failure &failure, worker_json_problem problem,
                           const uint8_t *at) noexcept {
    failure = {problem, at};
    return nullptr;
}

inline bool is_digit(uint8_t byte) noexcept { return uint8_t(byte - '0') <= 9; }

inline bool is_white_space(uint8_t byte) noexcept {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/// Eight times the same byte, to look at eight bytes at once.
constexpr uint64_t each_byte(uint8_t byte) { return 0x0101010101010101u * byte; }

inline const uint8_t *skip_digits(const uint8_t *at, const uint8_t *end) noexcept {
    while (at != end && is_digit(*at)) ++at;
    return at;
}

/// `at` is a minus sign or a digit.
inline const uint8_t *number(const uint8_t *at, const uint8_t *end, Failure &failure) noexcept {
    if (*at == '-') ++at;
    if (at == end || !is_digit(*at)) return fail(failure, WORKER_JSON_NO_DIGIT_AFTER_MINUS, at);
    if (*at == '0') {
        ++at;
        if (at != end && is_digit(*at)) return fail(failure, WORKER_JSON_LEADING_ZERO, at);
    } else {
        at = skip_digits(at, end);
    }
    if (at != end && *at == '.') {
        const uint8_t *const digits = ++at;
        at = skip_digits(at, end);
        if (at == digits) return fail(failure, WORKER_JSON_NO_DIGIT_AFTER_POINT, at);
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end && (*at == '+' || *at == '-')) ++at;
        const uint8_t *const digits = at;
        at = skip_digits(at, end);
        if (at == digits) return fail(failure, WORKER_JSON_NO_DIGIT_IN_EXPONENT, at);
    }
    return at;
}

template <size_t size>
inline const uint8_t *literal(const uint8_t *at, const uint8_t *end, const char (&word)[size],
                              worker_json_problem problem, Failure &failure) noexcept {
    constexpr size_t length = size - 1;
    if (size_t(end - at) >= length && memcmp(at, word, length) == 0) return at + length;
    for (const char *letter = word; at != end && *at == uint8_t(*letter); ++letter) ++at;
    return fail(failure, problem, at);
}

/// 0 to 15, or 255 for a byte that is no hexadecimal digit.
inline uint8_t hexadecimal_digit(uint8_t byte) noexcept {
    if (is_digit(byte)) return uint8_t(byte - '0');
    const uint8_t letter = uint8_t((byte | 0x20) - 'a');
    return letter < 6 ? uint8_t(letter + 10) : 255;
}

/// `at` is the byte after a backslash and a 'u'.
inline const uint8_t *code_unit(const uint8_t *at, const uint8_t *end, uint32_t &unit,
                                Failure &failure) noexcept {
    unit = 0;
    for (int digits = 0; digits < 4; ++digits, ++at) {
        if (at == end) return fail(failure, WORKER_JSON_UNCLOSED_STRING, at);
        const uint8_t value = hexadecimal_digit(*at);
        if (value > 15) return fail(failure, WORKER_JSON_BAD_HEXADECIMAL, at);
        unit = unit << 4 | value;
    }
    return at;
}

/// `at` is a backslash. A surrogate stands only in a pair (RFC 7493, 2.1).
inline const uint8_t *escape(const uint8_t *at, const uint8_t *end, Failure &failure) noexcept {
    const uint8_t *const backslash = at++;
    if (at == end) return fail(failure, WORKER_JSON_UNCLOSED_STRING, at);
    switch (*at) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return at + 1;
    case 'u': break;
    default: return fail(failure, WORKER_JSON_BAD_ESCAPE, at);
    }
    uint32_t unit;
    at = code_unit(at + 1, end, unit, failure);
    if (at == nullptr || unit < 0xD800 || unit > 0xDFFF) return at;
    if (unit > 0xDBFF || end - at < 2 || at[0] != '\\' || at[1] != 'u')
        return fail(failure, WORKER_JSON_LONE_SURROGATE, backslash);
    at = code_unit(at + 2, end, unit, failure);
    if (at != nullptr && (unit < 0xDC00 || unit > 0xDFFF))
        return fail(failure, WORKER_JSON_LONE_SURROGATE, backslash);
    return at;
}

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

}  // namespace worker_json
