/// The byte-wise reader: one pass, no memory, the place and the kind of the first error.
///
/// It reads short texts, where starting the block-wise reader costs more than the reading, and every
/// text that the block-wise reader refuses, to say why. It is as strict, so it may also stand in.

#pragma once

#include "members.hpp"

namespace worker_json {

template <class Members>
class Bytewise {
public:
    Bytewise(const uint8_t *text, size_t length, Members &members) noexcept
        : text(text), end(text + length), members(members) {}

    worker_json_outcome read() noexcept;

private:
    const uint8_t *const text;
    const uint8_t *const end;
    Members &members;
    Failure failure{};

    const uint8_t *string(const uint8_t *at) noexcept;
    const uint8_t *rest_of_string(const uint8_t *at) noexcept;
    const uint8_t *walk(const uint8_t *at, size_t &white_space) noexcept;

    const uint8_t *skip_white_space(const uint8_t *at, size_t &white_space) const noexcept {
        if (at != end && *at > ' ') return at;
        const uint8_t *const first = at;
        while (at != end && is_white_space(*at)) ++at;
        white_space += size_t(at - first);
        return at;
    }

    bool is(const uint8_t *at, uint8_t byte) const noexcept { return at != end && *at == byte; }
};

extern template class Bytewise<NoMembers>;
extern template class Bytewise<CallMembers>;

}  // namespace worker_json
