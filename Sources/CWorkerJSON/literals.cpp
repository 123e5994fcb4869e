/// String literals: what may stand raw between quotes, and what is escaped.

#include "line_breaks.hpp"

namespace worker_json {

namespace {

constexpr uint8_t replacement[] = {0xEF, 0xBF, 0xBD};
constexpr size_t escape_length = 6;

bool needs_escape(uint8_t byte) noexcept { return byte < 0x20 || byte == '"' || byte == '\\'; }

/// The letter of a two-byte escape, or zero.
uint8_t short_escape(uint8_t byte) noexcept {
    switch (byte) {
    case '"': case '\\': return byte;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
    }
}

void write_escape(uint8_t *out, uint32_t unit) noexcept {
    *out++ = '\\';
    *out++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *out++ = uint8_t("0123456789abcdef"[unit >> shift & 15]);
}

/// Hands the pieces of a literal to `write(bytes, count)` and `write_unit(code unit)`.
template <class Output>
void spell(const uint8_t *at, const uint8_t *end, Output &output) noexcept {
    while (at != end) {
        const uint8_t *const plain = at;
        while (at != end && *at < 0x80 && !needs_escape(*at)) ++at;
        if (at != plain) output.write(plain, size_t(at - plain));
        if (at == end) return;
        if (*at < 0x80) {
            const uint8_t pair[] = {'\\', short_escape(*at)};
            if (pair[1] != 0) output.write(pair, sizeof pair);
            else output.write_unit(*at);
            ++at;
            continue;
        }
        const Sequence sequence = utf8_sequence(at, end);
        const uint32_t unit = sequence.valid ? line_break(at, sequence) : 0;
        if (!sequence.valid) output.write(replacement, sizeof replacement);
        else if (unit != 0) output.write_unit(unit);
        else output.write(at, sequence.length);
        at += sequence.length;
    }
}

struct Measure {
    size_t length = 0;
    void write(const uint8_t *, size_t count) noexcept { length += count; }
    void write_unit(uint32_t) noexcept { length += escape_length; }
};

struct Writer {
    uint8_t *out;
    void write(const uint8_t *bytes, size_t count) noexcept {
        memcpy(out, bytes, count);
        out += count;
    }
    void write_unit(uint32_t unit) noexcept {
        write_escape(out, unit);
        out += escape_length;
    }
};

/// Whether any of eight bytes is a lead byte of one of the line breaks, 0xC2 or 0xE2.
bool has_lead(const uint8_t *at) noexcept {
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    const uint64_t zero = (bytes & each_byte(0xDF)) ^ each_byte(0xC2);
    return ((zero - each_byte(1)) & ~zero & each_byte(0x80)) != 0;
}

}  // namespace

}  // namespace worker_json

using namespace worker_json;

extern "C" {

size_t worker_json_literal_length(const uint8_t *bytes, size_t length) noexcept {
    Measure measure;
    spell(bytes, bytes + length, measure);
    return measure.length + 2;
}

void worker_json_write_literal(const uint8_t *bytes, size_t length, uint8_t *out) noexcept {
    Writer writer{out};
    *writer.out++ = '"';
    spell(bytes, bytes + length, writer);
    *writer.out = '"';
}

size_t worker_json_line_break_growth(const uint8_t *text, size_t length) noexcept {
    const uint8_t *at = text, *const end = text + length;
    size_t growth = 0;
    while (at < end) {
        if (end - at >= 8 && !has_lead(at)) {
            at += 8;
            continue;
        }
        // A sequence may end beyond the eight bytes it begins in.
        const uint8_t *const next = end - at < 8 ? end : at + 8;
        while (at < next) {
            if ((*at & 0xDF) != 0xC2) {
                ++at;
                continue;
            }
            const Sequence sequence = utf8_sequence(at, end);
            if (line_break(at, sequence) != 0) growth += escape_length - sequence.length;
            at += sequence.length;
        }
    }
    return growth;
}

void worker_json_escape_line_breaks(uint8_t *text, size_t length, size_t growth) noexcept {
    // From the end to the front; the part before the first line break is where it was.
    uint8_t *from = text + length, *to = from + growth;
    while (from != to) {
        const uint8_t *const end = from;
        do --from; while ((*from & 0xC0) == 0x80);
        const Sequence sequence{size_t(end - from), true};
        const uint32_t unit = line_break(from, sequence);
        if (unit != 0) {
            to -= escape_length;
            write_escape(to, unit);
        } else {
            to -= sequence.length;
            memmove(to, from, sequence.length);
        }
    }
}

}
