//! `Content-Disposition` for a download's name (RFC 6266, RFC 5987). Whatever the name holds, the result is one header
//! line of printable ASCII.

use std::fmt::Write as _;

/// The longest file name that we send, in characters: common file systems end at 255 bytes.
const MAX_NAME_CHARACTERS: usize = 120;

/// `inline`, for a player.
pub(super) const INLINE: &str = "inline";

/// `attachment` with `file_name` twice: an ASCII stand-in for old clients, and the name itself in UTF-8.
pub fn attachment(file_name: &str) -> String {
    let name = plain_name(file_name);
    let stand_in: String = name
        .chars()
        .map(|character| match character {
            '"' | '\\' | '%' => '_',
            ' '..='~' => character,
            _ => '_',
        })
        .collect();
    let mut header = format!("attachment; filename=\"{stand_in}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            header.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(header, "%{byte:02X}");
        }
    }
    header
}

/// The name without folders, control and direction-changing characters, and of bounded length; never empty.
pub fn plain_name(file_name: &str) -> String {
    let name: String = file_name
        .chars()
        .map(|character| if matches!(character, '/' | '\\') { '-' } else { character })
        .filter(|character| {
            !character.is_control()
                && !matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .take(MAX_NAME_CHARACTERS)
        .collect();
    let trimmed = name.trim_matches(|character: char| character == '.' || character.is_whitespace());
    if trimmed.is_empty() { "download".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_keep_their_letters() {
        assert_eq!(
            attachment("Finale Grün-Weiß.mp4"),
            "attachment; filename=\"Finale Gr_n-Wei_.mp4\"; filename*=UTF-8''Finale%20Gr%C3%BCn-Wei%C3%9F.mp4"
        );
        assert_eq!(
            attachment("../../etc/passwd"),
            "attachment; filename=\"-..-etc-passwd\"; filename*=UTF-8''-..-etc-passwd"
        );
        assert!(attachment("\r\n").contains("filename=\"download\""));
    }

    proptest! {
        #[test]
        fn one_printable_line_whatever_the_name(name in "\\PC*|.*") {
            let header = attachment(&name);
            prop_assert!(header.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            prop_assert_eq!(header.matches('"').count(), 2);
        }
    }
}
