#include "blockwise.hpp"
#include "windows.hpp"

namespace worker_json {

namespace {

template <class Members>
class Walk {
public:
    /// The first window has been found.
    Walk(const uint8_t *text, size_t length, Windows &windows, Members &members) noexcept
        : whole(text), length(length), windows(windows), members(members), backslash(text) {
        enter_window();
        find_backslash();
    }

    Verdict read(worker_json_outcome &outcome) noexcept;

private:
    const uint8_t *const whole;
    const size_t length;
    Windows &windows;
    const uint8_t *text;   // the window in hand, which offsets count from
    const uint32_t *next;  // the token after the one in hand
    const uint32_t *last;  // the end of the list; the window's length stands there
    size_t count = 0;      // of the tokens, up to the end of the window
    Members &members;
    const uint8_t *backslash;  // the first one not yet checked, or the end of the text
    size_t inner = 0;          // bytes of tokens beyond the first byte of each
    Verdict refusal = Verdict::invalid;
    Failure ignored{};

    bool container(size_t first) noexcept;
    bool string(size_t open, size_t &end) noexcept;
    bool scalar(size_t first, size_t &end) noexcept;

    void enter_window() noexcept {
        text = windows.base;
        next = windows.tokens.first;
        last = next + windows.tokens.count;
        count += windows.tokens.count;
    }

    /// A comma has been read, which may be the last token of a window.
    bool find_more() noexcept {
        if (next != last) return true;
        if (windows.is_last()) return false;
        const Verdict verdict = windows.next();
        if (verdict != Verdict::valid) {
            refusal = verdict;
            return false;
        }
        enter_window();
        return ends_well();
    }

    /// The last token of a window is a comma, that of the last one has to close a bracket.
    bool ends_well() const noexcept {
        const uint8_t closing = text[last[-1]];
        return !windows.is_last() || closing == '}' || closing == ']';
    }

    /// The place in the whole text.
    size_t place(size_t offset) const noexcept { return size_t(text - whole) + offset; }

    void find_backslash() noexcept {
        const size_t rest = size_t(whole + length - backslash);
        const void *const found = memchr(backslash, '\\', rest);
        backslash = found == nullptr ? whole + length : static_cast<const uint8_t *>(found);
    }
};

/// `open` is a quote, and `next` the token after the string. Between the closing quote and that token
/// there is only white space, or stage 1 would have listed one between them.
template <class Members>
inline bool Walk<Members>::string(size_t open, size_t &end) noexcept {
    size_t close = size_t(*next) - 1;
    while (is_white_space(text[close])) --close;
    if (close <= open || text[close] != '"') return false;
    while (backslash < text + close) {
        backslash = escape(backslash, text + close, ignored);
        if (backslash == nullptr) return false;
        if (*backslash != '\\') find_backslash();
    }
    end = close + 1;
    inner += close - open;
    return true;
}

template <class Members>
inline bool Walk<Members>::scalar(size_t first, size_t &end) noexcept {
    const uint8_t *const at = text + first, *const limit = text + *next;
    const uint8_t *after;
    switch (*at) {
    case 't': after = literal(at, limit, "true", WORKER_JSON_NOT_TRUE, ignored); break;
    case 'f': after = literal(at, limit, "false", WORKER_JSON_NOT_FALSE, ignored); break;
    case 'n': after = literal(at, limit, "null", WORKER_JSON_NOT_NULL, ignored); break;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7':
    case '8': case '9': after = number(at, limit, ignored); break;
    default: return false;
    }
    if (after == nullptr || (after != limit && !is_white_space(*after))) return false;
    end = size_t(after - text);
    inner += end - first - 1;
    return true;
}

/// Since each window ends well, every token but a comma and a closing bracket has one after it: the
/// end of the list needs a look only behind those two.
template <class Members>
bool Walk<Members>::container(size_t at) noexcept {
    bool enclosing[WORKER_JSON_MAXIMUM_DEPTH];  // whether the level outside this one is an object
    size_t depth = 0, end = 0;
    bool in_object = false;

value:
    switch (text[at]) {
    case '"':
        if (!string(at, end)) return false;
        break;
    case '{': case '[':
        if (depth == WORKER_JSON_MAXIMUM_DEPTH) return false;
        enclosing[depth++] = in_object;
        in_object = text[at] == '{';
        at = *next++;
        if (text[at] == (in_object ? '}' : ']')) goto close;
        if (in_object) goto key;
        goto value;
    default:
        if (!scalar(at, end)) return false;
    }

after_value:
    if (Members::wanted && depth == 1) members.ended(place(end));
    at = *next++;
    if (text[at] == (in_object ? '}' : ']')) goto close;
    if (text[at] != ',' || !find_more()) return false;
    at = *next++;
    if (!in_object) goto value;

key: {
    if (text[at] != '"' || !string(at, end)) return false;
    const uint8_t *const name = text + at + 1;
    if (text[*next++] != ':') return false;
    at = *next++;
    if (Members::wanted && depth == 1) members.member(name, text + end - 1, place(at));
    goto value;
}

close:
    in_object = enclosing[--depth];
    end = at + 1;
    if (depth == 0) return next == last && windows.is_last();
    if (next == last) return false;
    goto after_value;
}

template <class Members>
Verdict Walk<Members>::read(worker_json_outcome &outcome) noexcept {
    const size_t begin = *next++;
    size_t end = size_t(last[-1]) + 1;
    const uint8_t first = text[begin];
    if (first == '{' || first == '[') {
        if (!ends_well() || !container(begin)) return refusal;
        end = place(last[-1]) + 1;
    } else if (count != 1) {
        return Verdict::invalid;
    } else if (first == '"') {
        if (!string(begin, end)) return Verdict::invalid;
    } else {
        return Verdict::undecided;
    }
    outcome = {WORKER_JSON_VALID, worker_json_root_of(first), begin, end,
               count + inner != end - begin};
    return Verdict::valid;
}

}  // namespace

template <class Members>
Verdict read_blockwise(const uint8_t *text, size_t length, Members &members,
                       worker_json_outcome &outcome) noexcept {
    Windows windows(text, length);
    Verdict verdict = windows.next();
    if (verdict == Verdict::valid) {
        verdict = Walk<Members>(text, length, windows, members).read(outcome);
    }
    Stage1::of_this_thread().trim();
    return verdict;
}

template Verdict read_blockwise(const uint8_t *, size_t, NoMembers &,
                                worker_json_outcome &) noexcept;
template Verdict read_blockwise(const uint8_t *, size_t, CallMembers &,
                                worker_json_outcome &) noexcept;

}  // namespace worker_json
