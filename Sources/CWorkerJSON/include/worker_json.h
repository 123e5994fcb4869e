/// JSON over bytes: validation with byte offsets, slicing, compaction and escaping.
///
/// Every function may be called on any thread at any time, keeps no pointer it is given, allocates
/// nothing the caller must free, and never throws. "Padded" text is followed by at least
/// WORKER_JSON_PADDING bytes that may be read; what they hold does not matter. Offsets and lengths
/// are bytes. Lengths up to SIZE_MAX - WORKER_JSON_PADDING are accepted.

#ifndef WORKER_JSON_H
#define WORKER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKER_JSON_PADDING 64
#define WORKER_JSON_MAXIMUM_DEPTH 1000
#define WORKER_JSON_SHORT_LINE 256
#define WORKER_JSON_SHORT_LINE_ROOM 272

#define WORKER_JSON_CLOSED __attribute__((enum_extensibility(closed)))

#ifdef __cplusplus
#define WORKER_JSON_NOEXCEPT noexcept
extern "C" {
#else
#define WORKER_JSON_NOEXCEPT
#endif

/// What kind of value a text holds.
typedef enum WORKER_JSON_CLOSED {
    WORKER_JSON_OBJECT,
    WORKER_JSON_ARRAY,
    WORKER_JSON_STRING,
    WORKER_JSON_NUMBER,
    WORKER_JSON_BOOLEAN,
    WORKER_JSON_NULL,
} worker_json_root;

/// What is wrong with a text, at the offset beside it.
typedef enum WORKER_JSON_CLOSED {
    WORKER_JSON_VALID,
    WORKER_JSON_EMPTY,
    WORKER_JSON_NO_VALUE,
    WORKER_JSON_NO_VALUE_OR_CLOSING_BRACKET,
    WORKER_JSON_NO_KEY_OR_CLOSING_BRACE,
    WORKER_JSON_NO_KEY,
    WORKER_JSON_NO_COLON,
    WORKER_JSON_NO_COMMA_OR_CLOSING_BRACKET,
    WORKER_JSON_NO_COMMA_OR_CLOSING_BRACE,
    WORKER_JSON_TEXT_AFTER_VALUE,
    WORKER_JSON_TOO_DEEP,
    WORKER_JSON_NOT_TRUE,
    WORKER_JSON_NOT_FALSE,
    WORKER_JSON_NOT_NULL,
    WORKER_JSON_NO_DIGIT_AFTER_MINUS,
    WORKER_JSON_NO_DIGIT_AFTER_POINT,
    WORKER_JSON_NO_DIGIT_IN_EXPONENT,
    WORKER_JSON_LEADING_ZERO,
    WORKER_JSON_UNCLOSED_STRING,
    WORKER_JSON_CONTROL_CHARACTER,
    WORKER_JSON_BAD_ESCAPE,
    WORKER_JSON_BAD_HEXADECIMAL,
    WORKER_JSON_LONE_SURROGATE,
    WORKER_JSON_BAD_UTF8,
} worker_json_problem;

/// What the reader found.
typedef struct {
    worker_json_problem problem;
    /// Meaningful only for a valid text.
    worker_json_root root;
    /// Where the value begins; for an invalid text, the offset of the first wrong byte.
    size_t begin;
    /// Where the value ends.
    size_t end;
    /// Whether there is white space outside strings between begin and end.
    bool has_white_space;
} worker_json_outcome;

/// Where the arguments of a call lie; a length of zero: there are none.
typedef struct {
    size_t args_begin;
    size_t args_end;
    size_t kwargs_begin;
    size_t kwargs_end;
} worker_json_call;

/// Validates padded text. What is not valid is read a second time, to name its first wrong byte.
/// `is_python`: NaN, Infinity and -Infinity are numbers, and an escape may name half of a surrogate pair,
/// as in what Python writes.
worker_json_outcome worker_json_validate(const uint8_t *_Nonnull text, size_t length,
                                         bool is_python) WORKER_JSON_NOEXCEPT;

/// Validates padded text and finds the last "args" and "kwargs" of the object at its root.
/// `call` is zero where there is no such key, or no object, or the text is invalid.
worker_json_outcome worker_json_validate_call(const uint8_t *_Nonnull text, size_t length,
                                              worker_json_call *_Nonnull call)
    WORKER_JSON_NOEXCEPT;

/// Names the kind of value that valid text beginning with this byte holds.
worker_json_root worker_json_root_of(uint8_t first) WORKER_JSON_NOEXCEPT;

/// Copies valid JSON without the white space outside strings and returns the length written.
/// `out` has room for `length` bytes and the padding; it must not overlap `text`.
size_t worker_json_compact(const uint8_t *_Nonnull text, size_t length, uint8_t *_Nonnull out)
    WORKER_JSON_NOEXCEPT;

/// Copies a short compact JSON value, with a line end behind it, and returns the line's length.
/// 0: the value has white space around or in it, or a raw U+0085, U+2028 or U+2029, or is nested
/// deeper than 63 levels, or is longer than WORKER_JSON_SHORT_LINE, or is no valid JSON; the other
/// functions then decide, asked with the same `is_python`. `text` needs no padding; `line` has room for WORKER_JSON_SHORT_LINE_ROOM.
size_t worker_json_short_line(const uint8_t *_Nonnull text, size_t length,
                              uint8_t *_Nonnull line,
                              bool is_python) WORKER_JSON_NOEXCEPT;

/// Returns by how many bytes valid UTF-8 grows when U+0085, U+2028 and U+2029 are escaped.
size_t worker_json_line_break_growth(const uint8_t *_Nonnull text, size_t length)
    WORKER_JSON_NOEXCEPT;

/// Escapes U+0085, U+2028 and U+2029 in place; `text` has room for `length + growth` bytes.
void worker_json_escape_line_breaks(uint8_t *_Nonnull text, size_t length, size_t growth)
    WORKER_JSON_NOEXCEPT;

/// Returns the length of a JSON string literal, with its quotes, for bytes of any kind.
size_t worker_json_literal_length(const uint8_t *_Nonnull bytes, size_t length)
    WORKER_JSON_NOEXCEPT;

/// Writes the JSON string literal for bytes of any kind; `out` has room for its length.
void worker_json_write_literal(const uint8_t *_Nonnull bytes, size_t length,
                               uint8_t *_Nonnull out) WORKER_JSON_NOEXCEPT;

/// Tells whether bytes are UTF-8.
bool worker_json_is_utf8(const uint8_t *_Nonnull bytes, size_t length) WORKER_JSON_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
