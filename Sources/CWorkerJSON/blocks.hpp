/// Sixty-four bytes at once, in the compiler's own vectors, which become what the processor has.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

/// No block is handed over in a call, since how it would be depends on the processor compiled for.
#define WORKER_JSON_INLINE inline __attribute__((always_inline))
#pragma clang diagnostic ignored "-Wpsabi"

namespace worker_json {

using Block = uint8_t __attribute__((ext_vector_type(64)));
/// What a comparison of two blocks yields: all bits of a byte, or none.
using Truths = char __attribute__((ext_vector_type(64)));

constexpr size_t block_size = sizeof(Block);

WORKER_JSON_INLINE Block load(const uint8_t *at) noexcept {
    Block bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/// One bit for each byte, the lowest for the first.
WORKER_JSON_INLINE uint64_t bits(Truths truths) noexcept {
    using Flags = bool __attribute__((ext_vector_type(64)));
    return __builtin_bit_cast(uint64_t, __builtin_convertvector(truths, Flags));
}

WORKER_JSON_INLINE Truths is_byte(Block bytes, char byte) noexcept {
    return bytes == uint8_t(byte);
}

WORKER_JSON_INLINE Truths is_below(Block bytes, uint8_t limit) noexcept { return bytes < limit; }

/// As signed numbers, the bytes beyond ASCII are below zero.
WORKER_JSON_INLINE Truths is_high(Block bytes) noexcept { return (Truths)bytes < char(0); }

WORKER_JSON_INLINE uint64_t white_space(Block bytes) noexcept {
    return bits(is_byte(bytes, ' ') | is_byte(bytes, '\n') | is_byte(bytes, '\r')
                | is_byte(bytes, '\t'));
}

#if defined(__x86_64__) && !defined(WORKER_JSON_PORTABLE)
#define WORKER_JSON_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

/// Whether what is compiled for AVX2 and BMI2 may run here.
inline const bool has_avx2 = [] {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}();
#endif

}  // namespace worker_json
