/// What a reader tells about the members of the object at the root, and who listens.

#pragma once

#include "tokens.hpp"

namespace worker_json {

/// Listens to nothing; costs nothing.
struct NoMembers {
    static constexpr bool wanted = false;
    void member(const uint8_t *, const uint8_t *, size_t) noexcept {}
    void ended(size_t) noexcept {}
};

/// Remembers where the last "args" and "kwargs" lie.
class CallMembers {
public:
    static constexpr bool wanted = true;

    /// A member's key, without its quotes, and the offset at which its value begins.
    void member(const uint8_t *key, const uint8_t *key_end, size_t begin) noexcept {
        if (spells(key, key_end, "args")) open = &args;
        else if (spells(key, key_end, "kwargs")) open = &kwargs;
        else open = nullptr;
        if (open != nullptr) open->begin = begin;
    }

    /// The offset at which that value ends; in an array, there was no member before.
    void ended(size_t end) noexcept {
        if (open != nullptr) open->end = end;
    }

    worker_json_call call() const noexcept {
        return {args.begin, args.end, kwargs.begin, kwargs.end};
    }

private:
    struct Range {
        size_t begin = 0;
        size_t end = 0;
    };
    Range args, kwargs;
    Range *open = nullptr;

    /// The word is letters, so only the escape with 'u' can spell one of them.
    template <size_t size>
    static bool spells(const uint8_t *key, const uint8_t *end, const char (&word)[size]) noexcept {
        for (size_t letter = 0; letter < size - 1; ++letter) {
            if (key == end) return false;
            uint32_t unit = *key++;
            if (unit == '\\') {
                Failure ignored;
                if (key == end || *key != 'u') return false;
                key = code_unit(key + 1, end, unit, ignored);
                if (key == nullptr) return false;
            }
            if (unit != uint8_t(word[letter])) return false;
        }
        return key == end;
    }
};

}  // namespace worker_json
