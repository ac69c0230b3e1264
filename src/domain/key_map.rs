//! Which key does what, where somebody wants it otherwise: keys by their place on the keyboard, as browsers name them (`KeyN`).

use std::fmt;

/// Places of keys exchanged among each other. Every action has one key, and every key at most one action.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyMap {
    /// Keys alone (without Ctrl) do nothing: for who is hindered by them (WCAG 2.1.4).
    pub is_off: bool,
    /// An action's own key, and the one that does it instead; by the former.
    moved: Vec<(String, String)>,
}

impl KeyMap {
    /// As its `Display` wrote it: `off` and `KeyN=KeyK`, spaces between. What is neither is passed over.
    pub fn read(text: &str) -> Self {
        let mut keys = Self::default();
        for word in text.split_whitespace() {
            match word.split_once('=') {
                Some((own, key)) => keys.assign(own, key),
                None => keys.is_off |= word == OFF,
            }
        }
        keys
    }

    /// The key that does what `own` does at first.
    pub fn key_of<'a>(&'a self, own: &'a str) -> &'a str {
        self.moved.iter().find(|(known, _)| known == own).map_or(own, |(_, key)| key.as_str())
    }

    /// The action that a key does, by that action's own key.
    pub fn meaning<'a>(&'a self, key: &'a str) -> &'a str {
        self.moved.iter().find(|(_, to)| *to == key).map_or(key, |(own, _)| own.as_str())
    }

    /// From now on `key` does it; what `key` did goes to the key that is free now.
    pub fn assign(&mut self, own: &str, key: &str) {
        let (other, free) = (self.meaning(key).to_owned(), self.key_of(own).to_owned());
        self.put(own, key);
        if other != own {
            self.put(&other, &free);
        }
    }

    fn put(&mut self, own: &str, key: &str) {
        self.moved.retain(|(known, _)| known != own);
        if own != key {
            self.moved.push((own.to_owned(), key.to_owned()));
            self.moved.sort_unstable();
        }
    }

    pub fn has_moved(&self) -> bool {
        !self.moved.is_empty()
    }

    pub fn reset(&mut self) {
        self.moved.clear();
    }
}

/// The word for [`KeyMap::is_off`].
const OFF: &str = "off";

impl fmt::Display for KeyMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_off {
            f.write_str(OFF)?;
        }
        self.moved.iter().try_for_each(|(own, key)| write!(f, " {own}={key}"))
    }
}

/// What stands on a key, and how browsers name its place.
const LABELS: [(&str, &str); 23] = [
    ("Space", "Space"),
    ("←", "ArrowLeft"),
    ("→", "ArrowRight"),
    ("↑", "ArrowUp"),
    ("↓", "ArrowDown"),
    (",", "Comma"),
    (".", "Period"),
    ("/", "Slash"),
    ("[", "BracketLeft"),
    ("]", "BracketRight"),
    ("+", "Equal"),
    ("−", "Minus"),
    (";", "Semicolon"),
    ("'", "Quote"),
    ("`", "Backquote"),
    ("\\", "Backslash"),
    ("<", "IntlBackslash"),
    ("Enter", "Enter"),
    ("Delete", "Delete"),
    ("Backspace", "Backspace"),
    ("Home", "Home"),
    ("End", "End"),
    ("Insert", "Insert"),
];

/// `KeyN` is `N`, `Digit1` is `1`, `ArrowLeft` is `←`; others are as browsers name them.
pub fn label(code: &str) -> &str {
    let known = LABELS.iter().find(|(_, known)| *known == code).map(|(label, _)| *label);
    known.or_else(|| code.strip_prefix("Key")).or_else(|| code.strip_prefix("Digit")).unwrap_or(code)
}

/// The place of what a label names, if it is a key alone.
pub fn code(label: &str) -> Option<String> {
    if let Some((_, code)) = LABELS.iter().find(|(known, _)| *known == label) {
        return Some((*code).to_owned());
    }
    let mut letters = label.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_uppercase() => Some(format!("Key{letter}")),
        (Some(digit), None) if digit.is_ascii_digit() => Some(format!("Digit{digit}")),
        _ => None,
    }
}

/// Whether a key may be given to an action: not those that leave a dialog, move the focus or only change others.
pub fn can_be_used(code: &str) -> bool {
    const KEPT: [&str; 8] = ["Escape", "Tab", "CapsLock", "NumLock", "ContextMenu", "ScrollLock", "Fn", ""];
    const CHANGERS: [&str; 4] = ["Shift", "Control", "Alt", "Meta"];
    !KEPT.contains(&code) && !CHANGERS.iter().any(|changer| code.starts_with(changer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_that_is_taken_changes_places() {
        let mut keys = KeyMap::default();
        keys.assign("KeyN", "KeyK");
        assert_eq!((keys.key_of("KeyN"), keys.key_of("KeyK")), ("KeyK", "KeyN"));
        assert_eq!((keys.meaning("KeyK"), keys.meaning("KeyN")), ("KeyN", "KeyK"));
        keys.assign("KeyK", "KeyK");
        assert!(!keys.has_moved(), "{keys:?}");
        assert_eq!(KeyMap::read("nonsense"), KeyMap::default());
    }

    #[test]
    fn labels_and_places_belong_together() {
        for code_ in ["KeyN", "Digit1", "Space", "ArrowLeft", "BracketRight", "Delete"] {
            assert_eq!(code(label(code_)).as_deref(), Some(code_));
        }
        assert_eq!(code("Ctrl+Z"), None);
        assert_eq!(label("F5"), "F5");
        assert!(can_be_used("KeyQ") && !can_be_used("ShiftLeft") && !can_be_used("Escape"));
    }

    proptest! {
        #[test]
        fn no_key_ever_does_two_things(moves in prop::collection::vec(("[a-f]", "[a-f]"), 0..30)) {
            let mut keys = KeyMap::default();
            for (own, key) in &moves {
                keys.assign(own, key);
                prop_assert_eq!(keys.key_of(own), key.as_str());
            }
            for own in ["a", "b", "c", "d", "e", "f"] {
                prop_assert_eq!(keys.meaning(keys.key_of(own)), own);
            }
            prop_assert_eq!(KeyMap::read(&keys.to_string()), keys);
        }
    }
}
