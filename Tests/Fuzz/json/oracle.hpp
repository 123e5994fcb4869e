/// RapidJSON as the second opinion: whether a text is JSON, and a fingerprint of what it says.
///
/// Numbers are taken as they are spelt, strings as what they mean. Known differences, made up for here:
/// RapidJSON takes the second half of a surrogate pair alone, knows no limit of levels, and takes a
/// NUL behind the value for the end of the text. It refuses numbers beyond a double: `is_unknown`.

#pragma once

#include "worker_json.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <string_view>

namespace oracle {

struct Verdict {
    bool is_valid = false;
    bool is_unknown = false;
    uint64_t fingerprint = 0;
    /// Of the last "args" and "kwargs" of the object at the root; 0 where there is none.
    uint64_t args = 0, kwargs = 0;
};

/// Mixes what it is told, in order (FNV-1a).
class Fingerprint {
public:
    void add(char kind, std::string_view text = {}) {
        byte(uint8_t(kind));
        for (const char letter : text) byte(uint8_t(letter));
        byte(0xFF);  // in no UTF-8
    }
    uint64_t value = 0xCBF29CE484222325;

private:
    void byte(uint8_t byte) { value = (value ^ byte) * 0x100000001B3; }
};

class Handler {
public:
    bool Null() { return scalar('n'); }
    bool Bool(bool is_true) { return scalar(is_true ? 't' : 'f'); }
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(int64_t) { return false; }
    bool Uint64(uint64_t) { return false; }
    bool Double(double) { return false; }
    bool RawNumber(const char *text, unsigned length, bool) { return scalar('0', {text, length}); }
    bool String(const char *text, unsigned length, bool) {
        return is_whole({text, length}) && scalar('"', {text, length});
    }
    bool Key(const char *text, unsigned length, bool) {
        const std::string_view key(text, length);
        if (depth == 1) {
            open = key == "args" ? &verdict.args : key == "kwargs" ? &verdict.kwargs : nullptr;
            member = {};
        }
        if (depth > 1) member.add('k', key);
        all.add('k', key);
        return is_whole(key);
    }
    bool StartObject() { return begin('{'); }
    bool StartArray() { return begin('['); }
    bool EndObject(unsigned) { return end('}'); }
    bool EndArray(unsigned) { return end(']'); }

    Verdict finished() {
        verdict.fingerprint = all.value;
        return verdict;
    }

private:
    Verdict verdict;
    Fingerprint all, member;
    uint64_t *open = nullptr;
    size_t depth = 0;

    /// Half of a surrogate pair becomes three bytes that no UTF-8 has.
    static bool is_whole(std::string_view text) {
        for (size_t at = 0; at + 1 < text.size(); ++at)
            if (uint8_t(text[at]) == 0xED && uint8_t(text[at + 1]) >= 0xA0) return false;
        return true;
    }
    bool scalar(char kind, std::string_view text = {}) {
        all.add(kind, text);
        member.add(kind, text);
        ended();
        return true;
    }
    bool begin(char kind) {
        all.add(kind);
        member.add(kind);
        return ++depth <= WORKER_JSON_MAXIMUM_DEPTH;
    }
    bool end(char kind) {
        --depth;
        all.add(kind);
        member.add(kind);
        ended();
        return true;
    }
    void ended() {
        if (depth == 1 && open != nullptr) *open = member.value;
    }
};

inline Verdict ask(std::string_view text) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapidjson::Reader reader;
    Handler handler;
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag
        | rapidjson::kParseNumbersAsStringsFlag;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, handler);
    Verdict verdict = handler.finished();
    verdict.is_valid = !result.IsError() && stream.Tell() == text.size();
    verdict.is_unknown = result.Code() == rapidjson::kParseErrorNumberTooBig;
    return verdict;
}

}  // namespace oracle
