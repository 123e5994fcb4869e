/// Two of simdjson's smaller tools.

#include "tokens.hpp"

#include <simdjson.h>

#include <cstdlib>

namespace {

/// simdjson lets a variable choose its implementation, also one that this processor has not, and
/// reads it when it is first used: which instructions run is not the environment's to say.
[[gnu::constructor]] void forget_forced_implementation() {
    (void)unsetenv("SIMDJSON_FORCE_IMPLEMENTATION");
}

/// For a processor or an environment that simdjson does not support.
size_t compact_bytewise(const uint8_t *text, size_t length, uint8_t *out) noexcept {
    size_t written = 0;
    bool in_string = false;
    for (size_t place = 0; place < length; ++place) {
        const uint8_t byte = text[place];
        if (!in_string && worker_json::is_white_space(byte)) continue;
        out[written++] = byte;
        if (byte == '"') in_string = !in_string;
        if (byte == '\\' && place + 1 < length) out[written++] = text[++place];
    }
    return written;
}

}  // namespace

extern "C" {

size_t worker_json_compact(const uint8_t *text, size_t length, uint8_t *out) noexcept {
    size_t written = 0;
    const auto error = simdjson::get_active_implementation()->minify(text, length, out, written);
    return error == simdjson::SUCCESS ? written : compact_bytewise(text, length, out);
}

bool worker_json_is_utf8(const uint8_t *bytes, size_t length) noexcept {
    return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}

}
