#include "reader.hpp"

namespace worker_json {

/// Apart from `string`, so that the usual string needs few registers.
template <class Members, Mode mode>
[[gnu::noinline]] const uint8_t *Reader<Members, mode>::rest_of_string(const uint8_t *at) noexcept {
    while (at < end && *at == '\\') {
        do {
            at = escape(at, end, failure, is_python);
            if (at == nullptr) return nullptr;
        } while (at < end && *at == '\\');
        at = lookout.find_special(at);
    }
    return at < end && *at == '"' ? at + 1 : nullptr;
}

template <class Members, Mode mode>
[[gnu::noinline]] const uint8_t *Reader<Members, mode>::exact_string(const uint8_t *at) noexcept {
    while (at != end) {
        if (*at == '"') return at + 1;
        if (*at < 0x20) return fail(failure, WORKER_JSON_CONTROL_CHARACTER, at);
        if (*at == '\\') {
            at = escape(at, end, failure, is_python);
            if (at == nullptr) return nullptr;
        } else if (*at < 0x80) {
            ++at;
        } else {
            const Sequence sequence = utf8_sequence(at, end);
            if (!sequence.valid) return fail(failure, WORKER_JSON_BAD_UTF8, at);
            at += sequence.length;
        }
    }
    return fail(failure, WORKER_JSON_UNCLOSED_STRING, end);
}

/// Reads one value from its first byte on.
///
/// Before a value, a key and what stands between them it looks whether the text has ended; from
/// there it goes a few bytes further at most, which the padding has.
template <class Members, Mode mode>
const uint8_t *Reader<Members, mode>::walk(const uint8_t *at) noexcept {
    bool enclosing[WORKER_JSON_MAXIMUM_DEPTH];  // whether the level outside this one is an object
    size_t depth = 0;
    bool in_object = false;
    worker_json_problem expected = WORKER_JSON_NO_VALUE;

value:
    at = skip_white_space(at);
    if (at >= end) return fail(failure, expected, end);
    if (*at == '"') {  // most often
        at = string(at + 1);
        if (at == nullptr) return nullptr;
        goto after_value;
    }
    switch (*at) {
    case '{': case '[':
        if (depth == WORKER_JSON_MAXIMUM_DEPTH) return fail(failure, WORKER_JSON_TOO_DEEP, at);
        enclosing[depth++] = in_object;
        in_object = *at == '{';
        at = skip_white_space(at + 1);
        if (at < end && *at == (in_object ? '}' : ']')) goto close;
        expected = WORKER_JSON_NO_KEY_OR_CLOSING_BRACE;
        if (in_object) goto key;
        expected = WORKER_JSON_NO_VALUE_OR_CLOSING_BRACKET;
        goto value;
    case 't': case 'f': case 'n': at = word(at, end, failure); break;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7':
    case '8': case '9': {
        const uint8_t *const first = at;
        at = number(at, end, failure);
        if (at == nullptr && is_python) at = non_finite(first, end);
        break;
    }
    default: {
        const uint8_t *const next = is_python ? non_finite(at, end) : nullptr;
        if (next == nullptr) return fail(failure, expected, at);
        at = next;
    }
    }
    if (at == nullptr) return nullptr;

after_value:
    if (depth == 0) return at;
    if (Members::wanted && depth == 1) members.ended(size_t(at - text));
    at = skip_white_space(at);
    if (at < end) {
        if (*at == ',') {
            ++at;
            expected = in_object ? WORKER_JSON_NO_KEY : WORKER_JSON_NO_VALUE;
            if (!in_object) goto value;
            goto key;
        }
        if (*at == (in_object ? '}' : ']')) goto close;
    }
    return fail(failure, in_object ? WORKER_JSON_NO_COMMA_OR_CLOSING_BRACE
                                   : WORKER_JSON_NO_COMMA_OR_CLOSING_BRACKET, at);

key: {
    at = skip_white_space(at);
    if (at >= end || *at != '"') return fail(failure, expected, at);
    const uint8_t *const name = at + 1;
    at = string(name);
    if (at == nullptr) return nullptr;
    const uint8_t *const name_end = at - 1;
    at = skip_white_space(at);
    if (at >= end || *at != ':') return fail(failure, WORKER_JSON_NO_COLON, at);
    ++at;
    if (Members::wanted && depth == 1) {
        at = skip_white_space(at);
        members.member(name, name_end, size_t(at - text));
    }
    expected = WORKER_JSON_NO_VALUE;
    goto value;
}

close:
    in_object = enclosing[--depth];
    ++at;
    goto after_value;
}

template <class Members, Mode mode>
worker_json_outcome Reader<Members, mode>::read() noexcept {
    const uint8_t *const begin = skip(text);
    const uint8_t *value_end =
        begin == end ? fail(failure, WORKER_JSON_EMPTY, end) : walk(begin);
    if (value_end != nullptr && value_end <= end) {
        const uint8_t *const after = skip(value_end);
        if (after != end) value_end = fail(failure, WORKER_JSON_TEXT_AFTER_VALUE, after);
    }
    worker_json_outcome outcome{};
    if (value_end == nullptr || value_end > end || lookout.is_wrong()) {
        outcome.problem = mode == Mode::exact ? failure.problem : WORKER_JSON_NO_VALUE;
        if (mode == Mode::exact) outcome.begin = outcome.end = size_t(failure.at - text);
        return outcome;
    }
    outcome.root = worker_json_root_of(*begin);
    outcome.begin = size_t(begin - text);
    outcome.end = size_t(value_end - text);
    outcome.has_white_space = has_white_space;
    return outcome;
}

template class Reader<NoMembers, Mode::quick>;
template class Reader<NoMembers, Mode::exact>;
template class Reader<CallMembers, Mode::quick>;
template class Reader<CallMembers, Mode::exact>;

}  // namespace worker_json
