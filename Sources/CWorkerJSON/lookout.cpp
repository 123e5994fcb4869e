#include "lookout.hpp"

namespace worker_json {

WORKER_JSON_INLINE void Lookout::look_at_block() noexcept {
    const Block block = load(base);
    const uint64_t behind = this->behind();
    special = behind
        | bits(is_byte(block, '"') | is_byte(block, '\\') | is_below(block, ' '));
    if (wants_dark) dark = behind | dark_bytes(block);
    if (utf8.is_wrong(base, size_t(end - base))) wrong = true;
}

void Lookout::look() noexcept { look_at_block(); }

#if defined(WORKER_JSON_AVX2)
WORKER_JSON_AVX2 void Lookout::look_with_avx2() noexcept { look_at_block(); }
#endif

}  // namespace worker_json
