/// What readers know about single tokens: numbers, words and escapes.
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

/// `at` is the first letter of one of the three words, in padded text. They are told apart without
/// a jump, which the processor could not foresee.
inline const uint8_t *word(const uint8_t *at, const uint8_t *end, Failure &failure) noexcept {
    const auto stands = [at](const char *four) { return memcmp(at, four, 4) == 0; };
    const bool is_false = int(stands("fals")) & int(at[4] == 'e');
    const uint8_t *const after = at + 4 + is_false;
    const bool is_word = int(stands("true")) | int(stands("null")) | int(is_false);
    if (is_word && after <= end) return after;
    switch (*at) {
    case 't': return literal(at, end, "true", WORKER_JSON_NOT_TRUE, failure);
    case 'f': return literal(at, end, "false", WORKER_JSON_NOT_FALSE, failure);
    default: return literal(at, end, "null", WORKER_JSON_NOT_NULL, failure);
    }
}

/// `at` is any byte. What Python spells numbers with that are none in JSON; null for anything else.
inline const uint8_t *non_finite(const uint8_t *at, const uint8_t *end) noexcept {
    const auto stands = [=](const char *word, size_t length) {
        return size_t(end - at) >= length && memcmp(at, word, length) == 0;
    };
    if (stands("NaN", 3)) return at + 3;
    if (stands("Infinity", 8)) return at + 8;
    return stands("-Infinity", 9) ? at + 9 : nullptr;
}

/// The value of a hexadecimal digit; more than 0xFFFF for any other byte.
inline constexpr auto hexadecimal = [] {
    struct { uint32_t value[256]; } table{};
    for (int byte = 0; byte < 256; ++byte) {
        const int letter = (byte | 0x20) - 'a';
        table.value[byte] = byte >= '0' && byte <= '9' ? uint32_t(byte - '0')
            : letter >= 0 && letter < 6 ? uint32_t(letter + 10) : 0x10000;
    }
    return table;
}();

/// `at` is the byte after a backslash and a 'u'.
inline const uint8_t *code_unit(const uint8_t *at, const uint8_t *end, uint32_t &unit,
                                Failure &failure) noexcept {
    if (end - at >= 4) {
        unit = hexadecimal.value[at[0]] << 12 | hexadecimal.value[at[1]] << 8
            | hexadecimal.value[at[2]] << 4 | hexadecimal.value[at[3]];
        if (unit <= 0xFFFF) return at + 4;
    }
    while (at != end && hexadecimal.value[*at] < 16) ++at;
    return fail(failure, at == end ? WORKER_JSON_UNCLOSED_STRING : WORKER_JSON_BAD_HEXADECIMAL, at);
}

/// `at` is a backslash. A surrogate stands only in a pair (RFC 7493, 2.1), unless `takes_half`.
inline const uint8_t *escape(const uint8_t *at, const uint8_t *end, Failure &failure,
                             bool takes_half) noexcept {
    const uint8_t *const backslash = at++;
    if (at == end) return fail(failure, WORKER_JSON_UNCLOSED_STRING, at);
    switch (*at) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return at + 1;
    case 'u': break;
    default: return fail(failure, WORKER_JSON_BAD_ESCAPE, at);
    }
    uint32_t unit;
    at = code_unit(at + 1, end, unit, failure);
    if (at == nullptr || unit < 0xD800 || unit > 0xDFFF || takes_half) return at;
    if (unit > 0xDBFF || end - at < 2 || at[0] != '\\' || at[1] != 'u')
        return fail(failure, WORKER_JSON_LONE_SURROGATE, backslash);
    at = code_unit(at + 2, end, unit, failure);
    if (at != nullptr && (unit < 0xDC00 || unit > 0xDFFF))
        return fail(failure, WORKER_JSON_LONE_SURROGATE, backslash);
    return at;
}

}  // namespace worker_json
