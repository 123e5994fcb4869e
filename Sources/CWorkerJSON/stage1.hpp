/// simdjson's first stage, one for each thread.

#pragma once

#include "blockwise.hpp"

#include <memory>
#include <simdjson.h>

namespace worker_json {

/// The offsets of the first bytes of tokens, ascending; after the last one stands the text's length.
struct Tokens {
    const uint32_t *first;
    size_t count;
};

class Stage1 {
public:
    static Stage1 &of_this_thread() noexcept {
        static thread_local Stage1 stage1;
        return stage1;
    }

    /// Lists the tokens of padded text; the list lives until the next call on this thread.
    Verdict find(const uint8_t *text, size_t length, Tokens &tokens) noexcept {
        if (length == 0) return Verdict::invalid;
        if (!reserve(length)) return Verdict::undecided;
        const auto mode = simdjson::stage1_mode::regular;
        if (parser->stage1(text, length, mode) != simdjson::SUCCESS) return Verdict::invalid;
        tokens = {parser->structural_indexes.get(), parser->n_structural_indexes};
        return tokens.count == 0 ? Verdict::invalid : Verdict::valid;
    }

    /// Gives memory back after a large text.
    void trim() noexcept {
        if (parser != nullptr && parser->capacity() > kept) parser.reset();
    }

private:
    static constexpr size_t smallest = 16 << 10, kept = 128 << 10;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;

    bool reserve(size_t length) noexcept {
        if (parser != nullptr && parser->capacity() >= length) return true;
        if (length > simdjson::SIMDJSON_MAXSIZE_BYTES - WORKER_JSON_PADDING) return false;
        size_t capacity = smallest;
        while (capacity < length && capacity < kept) capacity *= 2;
        if (capacity < length) capacity = length;
        parser.reset();
        const size_t unused_depth = 1;  // stage 2 alone needs memory for each level
        return simdjson::get_active_implementation()->create_dom_parser_implementation(
                   capacity, unused_depth, parser) == simdjson::SUCCESS;
    }
};

static_assert(WORKER_JSON_PADDING >= simdjson::SIMDJSON_PADDING, "stage 1 reads blocks");

}  // namespace worker_json
