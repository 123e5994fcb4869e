/// A libFuzzer target: bytes of any kind, which become string literals.

#include "check.hpp"
#include "oracle.hpp"

#include <string>

namespace {

struct Null {
    void Put(char) {}
};

/// RapidJSON's opinion; a stream of its own would end at a NUL.
bool is_utf8(std::string_view bytes) {
    rapidjson::MemoryStream stream(bytes.data(), bytes.size());
    Null nowhere;
    while (stream.Tell() < bytes.size()) {
        if (!rapidjson::UTF8<>::Validate(stream, nowhere)) return false;
        if (stream.Tell() > bytes.size()) return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    const bool is_valid = worker_json_is_utf8(data, size);
    CHECK(is_valid == is_utf8(bytes));

    const size_t length = worker_json_literal_length(data, size);
    std::string literal(length, '\0');
    worker_json_write_literal(data, size, reinterpret_cast<uint8_t *>(literal.data()));
    const oracle::Verdict verdict = oracle::ask(literal);
    CHECK(verdict.is_valid);
    if (is_valid) {
        oracle::Fingerprint expected;
        expected.add('"', bytes);
        CHECK(verdict.fingerprint == expected.value);
    }
    const uint8_t *const written = reinterpret_cast<const uint8_t *>(literal.data());
    CHECK(worker_json_line_break_growth(written, length) == 0);
    return 0;
}
