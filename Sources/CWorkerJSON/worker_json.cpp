/// The C interface.

#include "reader.hpp"

#include <cassert>

using namespace worker_json;

namespace {

template <class Members>
worker_json_outcome validate(const uint8_t *text, size_t length, Members &members,
                             bool is_python) noexcept {
    const worker_json_outcome outcome =
        Reader<Members, Mode::quick>(text, length, members, is_python).read();
    if (outcome.problem == WORKER_JSON_VALID) return outcome;
    members = Members();
    const worker_json_outcome exact =
        Reader<Members, Mode::exact>(text, length, members, is_python).read();
    assert(exact.problem != WORKER_JSON_VALID);
    return exact;
}

}  // namespace

extern "C" {

worker_json_outcome worker_json_validate(const uint8_t *text, size_t length,
                                         bool is_python) noexcept {
    NoMembers members;
    return validate(text, length, members, is_python);
}

worker_json_outcome worker_json_validate_call(const uint8_t *text, size_t length,
                                              worker_json_call *call) noexcept {
    CallMembers members;
    const worker_json_outcome outcome = validate(text, length, members, false);
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

bool worker_json_is_utf8(const uint8_t *bytes, size_t length) noexcept {
    UTF8Blocks utf8;
    size_t place = 0;
    for (; length - place >= block_size; place += block_size)
        if (utf8.is_wrong(bytes + place, block_size)) return false;
    // What is left, perhaps nothing, after which no sequence may be open.
    uint8_t rest[3 + block_size];
    memset(rest, ' ', sizeof rest);
    const size_t before = place < 3 ? place : 3;
    memcpy(rest + 3 - before, bytes + place - before, before + length - place);
    return !utf8.is_wrong(rest + 3, block_size);
}

}
