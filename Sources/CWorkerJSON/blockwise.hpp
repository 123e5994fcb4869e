/// The block-wise reader: simdjson finds the tokens, our own state machine checks them.
///
/// Only simdjson's *stage 1* is used. It picks its kernel for this processor at run time, refuses
/// invalid UTF-8, unclosed strings and raw control characters (without saying where), and lists the
/// byte positions of brackets, commas, colons and of the first byte of every string and scalar. Its
/// other interfaces do less of what is needed: DOM refuses big numbers that are valid JSON; On-Demand
/// is compiled into its user with the portable kernel, copies strings, and bounds no depth.

#pragma once

#include "members.hpp"

namespace worker_json {

enum class Verdict {
    valid,
    invalid,
    /// No memory, too long, or a scalar at the root: the byte-wise reader decides.
    undecided,
};

template <class Members>
Verdict read_blockwise(const uint8_t *text, size_t length, Members &members,
                       worker_json_outcome &outcome) noexcept;

extern template Verdict read_blockwise(const uint8_t *, size_t, NoMembers &,
                                       worker_json_outcome &) noexcept;
extern template Verdict read_blockwise(const uint8_t *, size_t, CallMembers &,
                                       worker_json_outcome &) noexcept;

}  // namespace worker_json
