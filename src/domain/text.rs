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

/// What search compares, the same on both databases: lower case, letters without their accents.
#[cfg(feature = "ssr")]
pub fn folded(text: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    text.to_lowercase().nfd().filter(|c| !is_combining_mark(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "ssr")]
    #[test]
    fn accents_are_not_asked_for() {
        assert_eq!(folded("Zo\u{eb} \u{c5}kesson"), "zoe akesson");
    }

    #[test]
    fn control_characters_and_overlong_texts_go() {
        assert_eq!(clean("  Rov\u{0}ers\n ", 6).as_deref(), Some("Rovers"));
        assert_eq!(clean("äöü", 3).as_deref(), Some("äöü"));
        assert_eq!(clean("abcd", 3), None);
        assert_eq!(clean_lines("a\nb\r\n", 9).as_deref(), Some("a\nb"));
    }
}
