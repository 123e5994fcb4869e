/// The tokens of a text, a window at a time, so that their list stays in the processor's cache.

#pragma once

#include "stage1.hpp"

namespace worker_json {

/// Each window but the last ends behind a comma outside of strings. Stage 1 says whether it does: it
/// refuses a text that ends within a string, and each window begins outside of one.
class Windows {
public:
    Windows(const uint8_t *text, size_t length) noexcept : base(text), end(text + length) {}

    /// The first byte of the window in hand; its tokens' offsets count from there.
    const uint8_t *base;
    /// Its tokens; behind the last stands the window's length.
    Tokens tokens{};

    bool is_last() const noexcept { return base + length == end; }

    /// Goes on to the next window, or the first one.
    Verdict next() noexcept {
        base += length;
        const size_t rest = size_t(end - base);
        for (size_t wanted = size; wanted < rest; wanted *= 8) {
            const void *const comma = memrchr(base, ',', wanted);
            if (comma == nullptr) continue;
            length = size_t(static_cast<const uint8_t *>(comma) - base) + 1;
            if (find() == Verdict::valid) return Verdict::valid;
        }
        length = rest;
        return find();
    }

private:
    static constexpr size_t size = 64 << 10;

    const uint8_t *const end;
    size_t length = 0;

    Verdict find() noexcept { return Stage1::of_this_thread().find(base, length, tokens); }
};

}  // namespace worker_json
