/// The reader: one pass, no memory, any depth without recursion.

#pragma once

#include "lookout.hpp"
#include "members.hpp"

namespace worker_json {

enum class Mode {
    /// Says whether a text is valid. It may look a few bytes behind the end, into the padding, and
    /// see only then that the text has ended.
    quick,
    /// Names the first wrong byte of a text that is not. Never goes behind the end.
    exact,
};

/// Reads one text, once.
template <class Members, Mode mode>
class Reader {
public:
    /// `is_python`: whether what Python writes is JSON, see `worker_json_validate`.
    Reader(const uint8_t *text, size_t length, Members &members, bool is_python) noexcept
        : text(text), end(text + length), members(members), is_python(is_python),
          lookout(text, text + length) {}

    worker_json_outcome read() noexcept;

private:
    const uint8_t *const text;
    const uint8_t *const end;
    Members &members;
    const bool is_python;
    bool has_white_space = false;
    Failure failure{};
    Lookout lookout;

    const uint8_t *walk(const uint8_t *at) noexcept;
    const uint8_t *rest_of_string(const uint8_t *at) noexcept;
    const uint8_t *exact_string(const uint8_t *at) noexcept;

    /// `at` is the byte after the opening quote.
    WORKER_JSON_INLINE const uint8_t *string(const uint8_t *at) noexcept {
        if (mode == Mode::exact) return exact_string(at);
        at = lookout.find_special(at);
        return __builtin_expect(*at == '"', 1) ? at + 1 : rest_of_string(at);
    }

    /// Most bytes are none, and most white space is one space.
    WORKER_JSON_INLINE const uint8_t *skip_white_space(const uint8_t *at) noexcept {
        if (*at > ' ') return at;
        if (mode == Mode::quick && at[0] == ' ' && at[1] > ' ') {
            has_white_space = true;
            return at + 1;
        }
        return skip_long_white_space(at);
    }

    [[gnu::noinline]] const uint8_t *skip_long_white_space(const uint8_t *at) noexcept {
        if (at >= end) return at;
        const uint8_t *const after = mode == Mode::exact ? skip(at) : lookout.find_dark(at);
        if (after != at) has_white_space = true;
        return after;
    }

    const uint8_t *skip(const uint8_t *at) const noexcept {
        while (at != end && is_white_space(*at)) ++at;
        return at;
    }
};

extern template class Reader<NoMembers, Mode::quick>;
extern template class Reader<NoMembers, Mode::exact>;
extern template class Reader<CallMembers, Mode::quick>;
extern template class Reader<CallMembers, Mode::exact>;

}  // namespace worker_json
