/// Looks ahead in a text, a block at a time, so that its reader need not look at every byte.

#pragma once

#include "utf8.hpp"

namespace worker_json {

/// Blocks are looked at in their order, each when the reader comes to it. The text is padded.
class Lookout {
public:
    Lookout(const uint8_t *text, const uint8_t *end) noexcept
        : end(end), base(text - block_size) {}

    /// Whether a block so far, or the text before it, has something in it that is not UTF-8.
    bool is_wrong() const noexcept { return wrong; }

    /// `at` is in a string, at most at its end. Finds the next byte that is not plain: a quote, a
    /// backslash, a control character, or the end of the text.
    WORKER_JSON_INLINE const uint8_t *find_special(const uint8_t *at) noexcept {
        for (;;) {
            while (size_t(at - base) >= block_size) advance();
            const uint64_t found = special >> (at - base);
            if (__builtin_expect(found != 0, 1)) return at + __builtin_ctzll(found);
            at = base + block_size;
        }
    }

    /// `at` is before the end. Finds the next byte that is not white space, or the end of the text.
    WORKER_JSON_INLINE const uint8_t *find_dark(const uint8_t *at) noexcept {
        for (;;) {
            while (size_t(at - base) >= block_size) advance();
            if (__builtin_expect(!wants_dark, 0)) {
                wants_dark = true;
                dark = dark_bytes(load(base)) | behind();
            }
            const uint64_t found = dark >> (at - base);
            if (__builtin_expect(found != 0, 1)) return at + __builtin_ctzll(found);
            at = base + block_size;
        }
    }

private:
    const uint8_t *const end;
    const uint8_t *base;  // the block in hand
    uint64_t special = 0;
    uint64_t dark = 0;  // known from the first white space on that is longer than one space
    bool wants_dark = false;
    bool wrong = false;
    UTF8Blocks utf8;

    WORKER_JSON_INLINE void advance() noexcept {
        base += block_size;
#if defined(WORKER_JSON_AVX2)
        if (__builtin_expect(has_avx2, 1)) return look_with_avx2();
#endif
        look();
    }

    void look() noexcept;
    void look_with_avx2() noexcept;
    void look_at_block() noexcept;

    /// The bytes of the block that are behind the end.
    uint64_t behind() const noexcept {
        const size_t count = size_t(end - base);
        return count < block_size ? ~uint64_t(0) << count : 0;
    }

    static WORKER_JSON_INLINE uint64_t dark_bytes(Block block) noexcept {
        return ~white_space(block);
    }
};

}  // namespace worker_json
