#include "bytewise.hpp"
#include "strings.hpp"

namespace worker_json {

/// `at` is the byte after the opening quote.
template <class Members>
inline const uint8_t *Bytewise<Members>::string(const uint8_t *at) noexcept {
    at = skip_plain(at, end);
    if (at < end && *at == '"') return at + 1;
    return rest_of_string(at);
}

/// Apart from `string`, so that the usual string needs few registers.
template <class Members>
[[gnu::noinline]] const uint8_t *Bytewise<Members>::rest_of_string(const uint8_t *at) noexcept {
    for (;;) {
        if (at >= end) return fail(failure, WORKER_JSON_UNCLOSED_STRING, end);
        if (*at == '"') return at + 1;
        if (*at < 0x20) return fail(failure, WORKER_JSON_CONTROL_CHARACTER, at);
        if (*at == '\\') {
            at = escape(at, end, failure);
            if (at == nullptr) return nullptr;
        }
        while (at != end && *at >= 0x80) {
            const Sequence sequence = utf8_sequence(at, end);
            if (!sequence.valid) return fail(failure, WORKER_JSON_BAD_UTF8, at);
            at += sequence.length;
        }
        at = skip_plain(at, end);
    }
}

/// Reads one value from its first byte on.
template <class Members>
inline const uint8_t *Bytewise<Members>::walk(const uint8_t *at, size_t &white_space) noexcept {
    bool enclosing[WORKER_JSON_MAXIMUM_DEPTH];  // whether the level outside this one is an object
    size_t depth = 0;
    bool in_object = false;
    worker_json_problem expected = WORKER_JSON_NO_VALUE;

value:
    if (at == end) return fail(failure, expected, at);
    switch (*at) {
    case '"': at = string(at + 1); break;
    case '{': case '[':
        if (depth == WORKER_JSON_MAXIMUM_DEPTH) return fail(failure, WORKER_JSON_TOO_DEEP, at);
        enclosing[depth++] = in_object;
        in_object = *at == '{';
        at = skip_white_space(at + 1, white_space);
        if (is(at, in_object ? '}' : ']')) goto close;
        expected = WORKER_JSON_NO_KEY_OR_CLOSING_BRACE;
        if (in_object) goto key;
        expected = WORKER_JSON_NO_VALUE_OR_CLOSING_BRACKET;
        goto value;
    case 't': at = literal(at, end, "true", WORKER_JSON_NOT_TRUE, failure); break;
    case 'f': at = literal(at, end, "false", WORKER_JSON_NOT_FALSE, failure); break;
    case 'n': at = literal(at, end, "null", WORKER_JSON_NOT_NULL, failure); break;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7':
    case '8': case '9': at = number(at, end, failure); break;
    default: return fail(failure, expected, at);
    }
    if (at == nullptr) return nullptr;

after_value:
    if (depth == 0) return at;
    if (Members::wanted && depth == 1) members.ended(size_t(at - text));
    at = skip_white_space(at, white_space);
    if (is(at, in_object ? '}' : ']')) goto close;
    if (!is(at, ','))
        return fail(failure, in_object ? WORKER_JSON_NO_COMMA_OR_CLOSING_BRACE
                                       : WORKER_JSON_NO_COMMA_OR_CLOSING_BRACKET, at);
    at = skip_white_space(at + 1, white_space);
    expected = in_object ? WORKER_JSON_NO_KEY : WORKER_JSON_NO_VALUE;
    if (!in_object) goto value;

key: {
    if (!is(at, '"')) return fail(failure, expected, at);
    const uint8_t *const name = at + 1;
    at = string(name);
    if (at == nullptr) return nullptr;
    const uint8_t *const name_end = at - 1;
    at = skip_white_space(at, white_space);
    if (!is(at, ':')) return fail(failure, WORKER_JSON_NO_COLON, at);
    at = skip_white_space(at + 1, white_space);
    if (Members::wanted && depth == 1) members.member(name, name_end, size_t(at - text));
    expected = WORKER_JSON_NO_VALUE;
    goto value;
}

close:
    in_object = enclosing[--depth];
    ++at;
    goto after_value;
}

template <class Members>
worker_json_outcome Bytewise<Members>::read() noexcept {
    size_t white_space = 0, outside = 0;
    worker_json_outcome outcome{};
    const uint8_t *const begin = skip_white_space(text, outside);
    const uint8_t *value_end = nullptr;
    if (begin == end) {
        fail(failure, WORKER_JSON_EMPTY, end);
    } else {
        value_end = walk(begin, white_space);
    }
    if (value_end != nullptr) {
        const uint8_t *const after = skip_white_space(value_end, outside);
        if (after != end) value_end = fail(failure, WORKER_JSON_TEXT_AFTER_VALUE, after);
    }
    if (value_end == nullptr) {
        outcome.problem = failure.problem;
        outcome.begin = outcome.end = size_t(failure.at - text);
        return outcome;
    }
    outcome.root = worker_json_root_of(*begin);
    outcome.begin = size_t(begin - text);
    outcome.end = size_t(value_end - text);
    outcome.has_white_space = white_space != 0;
    return outcome;
}

template class Bytewise<NoMembers>;
template class Bytewise<CallMembers>;

}  // namespace worker_json
