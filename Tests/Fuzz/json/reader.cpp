/// A libFuzzer target: all that reads JSON, beside RapidJSON and beside itself.

#include "check.hpp"
#include "oracle.hpp"

#include <cstring>
#include <string>

namespace {

/// A text with its padding, in memory that ends with it; the address sanitizer sees what lies beyond.
class Padded {
public:
    Padded(std::string_view text, uint8_t padding)
        : size(text.size()), memory(static_cast<uint8_t *>(malloc(size + WORKER_JSON_PADDING))) {
        memcpy(memory, text.data(), size);
        memset(memory + size, padding, WORKER_JSON_PADDING);
    }
    ~Padded() { free(memory); }
    Padded(const Padded &) = delete;
    Padded &operator=(const Padded &) = delete;

    const size_t size;
    uint8_t *const memory;
};

std::string_view view(const uint8_t *bytes, size_t length) {
    return {reinterpret_cast<const char *>(bytes), length};
}

worker_json_outcome validate(const Padded &text, bool is_python) {
    return worker_json_validate(text.memory, text.size, is_python);
}

/// The text in which what only Python writes is replaced by what stands at the same places in JSON.
std::string without_python(std::string_view text) {
    std::string plain(text);
    bool in_string = false;
    for (size_t at = 0; at < plain.size(); ++at) {
        const auto replace = [&](std::string_view word) {
            if (text.substr(at, word.size()) != word) return false;
            memset(&plain[at], ' ', word.size());
            plain[at] = '{';
            plain[at + 1] = '}';
            at += word.size() - 1;
            return true;
        };
        if (!in_string && (replace("NaN") || replace("Infinity") || replace("-Infinity"))) continue;
        if (plain[at] == '"') in_string = !in_string;
        if (!in_string || plain[at] != '\\' || ++at >= plain.size()) continue;
        const std::string_view escape = text.substr(at, 5);
        const bool is_half = escape.size() == 5 && escape[0] == 'u' && (escape[1] | 0x20) == 'd'
            && strchr("89abAB" "cdefCDEF", escape[2]) != nullptr;
        if (is_half) plain[at + 1] = '0';
    }
    return plain;
}

bool has_line_break(std::string_view text) {
    for (const char *raw : {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"})
        if (text.find(raw) != text.npos) return true;
    return false;
}

void check_call(const Padded &text, const oracle::Verdict &expected, const worker_json_outcome &outcome) {
    worker_json_call call;
    const worker_json_outcome beside = worker_json_validate_call(text.memory, text.size, &call);
    CHECK(beside.problem == outcome.problem && beside.begin == outcome.begin);
    const bool is_object = outcome.problem == WORKER_JSON_VALID && outcome.root == WORKER_JSON_OBJECT;
    const auto check = [&](size_t begin, size_t end, uint64_t fingerprint) {
        CHECK(begin <= end && end <= text.size);
        CHECK((begin == end) == !(is_object && fingerprint != 0));
        if (begin == end) return;
        const oracle::Verdict value = oracle::ask(view(text.memory + begin, end - begin));
        CHECK(value.is_valid && value.fingerprint == fingerprint);
    };
    check(call.args_begin, call.args_end, expected.args);
    check(call.kwargs_begin, call.kwargs_end, expected.kwargs);
}

/// Returns the compact text.
std::string check_compact(const Padded &text, const oracle::Verdict &expected, const worker_json_outcome &outcome) {
    const size_t length = outcome.end - outcome.begin;
    std::string compact(length + WORKER_JSON_PADDING, '\0');
    uint8_t *const out = reinterpret_cast<uint8_t *>(compact.data());
    const size_t written = worker_json_compact(text.memory + outcome.begin, length, out);
    CHECK(written <= length && (written < length) == outcome.has_white_space);
    compact.resize(written);
    const Padded copy(compact, '"');
    const worker_json_outcome again = validate(copy, false);
    CHECK(again.problem == WORKER_JSON_VALID && again.root == outcome.root);
    CHECK(again.begin == 0 && again.end == written && !again.has_white_space);
    CHECK(oracle::ask(compact).fingerprint == expected.fingerprint);
    return compact;
}

void check_line_breaks(const std::string &compact, const oracle::Verdict &expected) {
    const uint8_t *const bytes = reinterpret_cast<const uint8_t *>(compact.data());
    const size_t growth = worker_json_line_break_growth(bytes, compact.size());
    CHECK((growth != 0) == has_line_break(compact));
    std::string escaped = compact;
    escaped.resize(compact.size() + growth);
    worker_json_escape_line_breaks(reinterpret_cast<uint8_t *>(escaped.data()), compact.size(), growth);
    CHECK(!has_line_break(escaped));
    const oracle::Verdict verdict = oracle::ask(escaped);
    CHECK(verdict.is_valid && verdict.fingerprint == expected.fingerprint);
}

/// A line of `text`, without padding; it says nothing about what it leaves to the other functions.
void check_short_line(std::string_view text, bool is_valid, bool is_python) {
    const Padded padded(text, 0);
    uint8_t line[WORKER_JSON_SHORT_LINE_ROOM];
    uint8_t *const exact = static_cast<uint8_t *>(malloc(text.size() + 1));
    memcpy(exact, text.data(), text.size());
    const size_t length = worker_json_short_line(exact, text.size(), line, is_python);
    free(exact);
    if (length == 0) return;
    CHECK(is_valid && length == text.size() + 1 && line[text.size()] == '\n');
    CHECK(view(line, text.size()) == text && !has_line_break(text));
    CHECK(!validate(padded, is_python).has_white_space);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = view(data, size);
    const oracle::Verdict expected = oracle::ask(text);
    if (expected.is_unknown) return 0;

    const Padded padded(text, 0), misleading(text, size % 2 == 0 ? '"' : '1');
    const worker_json_outcome outcome = validate(padded, false);
    const worker_json_outcome same = validate(misleading, false);
    CHECK(outcome.problem == same.problem && outcome.begin == same.begin && outcome.end == same.end);
    const bool is_valid = outcome.problem == WORKER_JSON_VALID;
    CHECK(is_valid == expected.is_valid);
    CHECK(outcome.begin <= outcome.end && outcome.end <= size);
    check_call(padded, expected, outcome);
    check_short_line(text, is_valid, false);
    if (is_valid) {
        CHECK(outcome.root == worker_json_root_of(data[outcome.begin]));
        const std::string compact = check_compact(padded, expected, outcome);
        check_line_breaks(compact, expected);
        check_short_line(compact, true, false);
        CHECK(worker_json_is_utf8(data, size));
    }

    const bool is_python = validate(padded, true).problem == WORKER_JSON_VALID;
    const oracle::Verdict plain = oracle::ask(without_python(text));
    CHECK(plain.is_unknown || is_python == plain.is_valid);
    check_short_line(text, is_python, true);
    return 0;
}
