//! What a user typed, made clean: trimmed, without control characters, within its bound.

/// `None` when it is longer than `max` characters.
pub fn clean(text: &str, max: usize) -> Option<String> {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    (text.chars().count() <= max).then_some(text)
}

/// As [`clean`], but keeps line breaks.
pub fn clean_lines(text: &str, max: usize) -> Option<String> {
    let text: String = text.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect();
    (text.chars().count() <= max).then_some(text)
}

/// What search compares: lower case on both databases.
pub fn folded(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_overlong_texts_go() {
        assert_eq!(clean("  Rov\u{0}ers\n ", 6).as_deref(), Some("Rovers"));
        assert_eq!(clean("äöü", 3).as_deref(), Some("äöü"));
        assert_eq!(clean("abcd", 3), None);
        assert_eq!(clean_lines("a\nb\r\n", 9).as_deref(), Some("a\nb"));
    }
}
