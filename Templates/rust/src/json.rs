//! Looks into JSON that the worker has checked already. Enough for a few arguments; for more take serde_json.

/// Skips white space and what stands between values.
fn next(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r', ',', ':'].as_ref())
}

/// Splits a text behind the value that it begins with.
fn value(text: &str) -> (&str, &str) {
    let (mut depth, mut in_string, mut is_escaped) = (0, false, false);
    for (index, byte) in text.bytes().enumerate() {
        if in_string {
            in_string = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth == 0 => return text.split_at(index),
            b']' | b'}' => depth -= 1,
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' if depth == 0 => return text.split_at(index),
            _ => in_string = byte == b'"',
        }
    }
    (text, "")
}

/// The values in an array or an object, where keys are values too, as they stand there.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = next(text).get(1..).map_or("", next);
    while !rest.is_empty() && !rest.starts_with([']', '}'].as_ref()) {
        let (part, more) = value(rest);
        parts.push(part);
        rest = next(more);
    }
    parts
}

/// An item of an array, from 0 on.
pub fn item(array: &str, index: usize) -> Option<&str> {
    parts(array).get(index).copied()
}

/// The value of a member; the last one counts.
pub fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let parts = parts(object);
    let pairs = parts.chunks_exact(2).rev();
    pairs.into_iter().find(|pair| string(pair[0]).as_deref() == Some(name)).map(|pair| pair[1])
}

/// What a string stands for; None for another value, and for what Rust's strings cannot hold.
pub fn string(value: &str) -> Option<String> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    let mut units: Vec<u16> = Vec::new();
    let mut rest = inner.chars();
    while let Some(letter) = rest.next() {
        if letter != '\\' {
            units.extend(letter.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        units.push(match rest.next()? {
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'u' => {
                let digits = rest.as_str().get(..4)?;
                rest = rest.as_str()[4..].chars();
                u16::from_str_radix(digits, 16).ok()?
            }
            other => other as u16,
        });
    }
    String::from_utf16(&units).ok()
}

/// A text as a JSON string.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\0'..='\x1f' => quoted.push_str(&format!("\\u{:04x}", letter as u32)),
            _ => quoted.push(letter),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_equal_keys_counts_however_it_is_spelt() {
        let object = r#"{"who":1, "x":{"who":[2,"]}"]}, "\u0077ho" : "a\"\u00e4" }"#;
        assert_eq!(member(object, "who").and_then(string).as_deref(), Some("a\"ä"));
        assert_eq!(member("{}", "who"), None);
    }

    #[test]
    fn items_are_found_by_their_place() {
        assert_eq!(item("[1,[2,3], \"4,\" ]", 2), Some("\"4,\""));
        assert_eq!(item("[]", 0), None);
    }

    #[test]
    fn what_is_quoted_is_read_as_it_was() {
        let text = "a\"\\\n\u{1f600}";
        assert_eq!(string(&quoted(text)).as_deref(), Some(text));
    }
}
