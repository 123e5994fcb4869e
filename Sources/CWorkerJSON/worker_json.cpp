/// The C interface: which reader looks at a text.

#include "blockwise.hpp"
#include "bytewise.hpp"

using namespace worker_json;

namespace {

/// Below this many bytes the byte-wise reader is the quicker one (measured).
constexpr size_t blockwise_from = 96;

template <class Members>
worker_json_outcome validate(const uint8_t *text, size_t length, worker_json_reader reader,
                             Members &members) noexcept {
    if (reader == WORKER_JSON_BLOCKWISE
        || (reader == WORKER_JSON_AUTOMATIC && length >= blockwise_from)) {
        worker_json_outcome outcome{};
        const Verdict verdict = read_blockwise(text, length, members, outcome);
        if (verdict == Verdict::valid) return outcome;
        members = Members();
        if (reader == WORKER_JSON_BLOCKWISE && verdict == Verdict::invalid) {
            outcome = {};
            outcome.problem = WORKER_JSON_NO_VALUE;
            return outcome;
        }
    }
    return Bytewise<Members>(text, length, members).read();
}

}  // namespace

extern "C" {

worker_json_outcome worker_json_validate(const uint8_t *text, size_t length,
                                         worker_json_reader reader) noexcept {
    NoMembers members;
    return validate(text, length, reader, members);
}

worker_json_outcome worker_json_validate_call(const uint8_t *text, size_t length,
                                              worker_json_reader reader,
                                              worker_json_call *call) noexcept {
    CallMembers members;
    const worker_json_outcome outcome = validate(text, length, reader, members);
    const bool found = outcome.problem == WORKER_JSON_VALID && outcome.root == WORKER_JSON_OBJECT;
    *call = found ? members.call() : worker_json_call{};
    return outcome;
}

worker_json_root worker_json_root_of(uint8_t first) noexcept {
    switch (first) {
    case '{': return WORKER_JSON_OBJECT;
    case '[': return WORKER_JSON_ARRAY;
    case '"': return WORKER_JSON_STRING;
    case 't': case 'f': return WORKER_JSON_BOOLEAN;
    case 'n': return WORKER_JSON_NULL;
    default: return WORKER_JSON_NUMBER;
    }
}

}
