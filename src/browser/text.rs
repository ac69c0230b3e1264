//! Text as the browser knows it.

/// As a value in an address.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// What search compares: lower case, letters without their accents. As `domain::text::folded` on the server; the browser has
/// the tables for it already.
pub fn folded(text: &str) -> String {
    #[cfg(feature = "ssr")]
    return crate::domain::text::folded(text);
    #[cfg(not(feature = "ssr"))]
    {
        const ACCENTS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';
        let lower = text.to_lowercase();
        if lower.is_ascii() {
            return lower;
        }
        let parted: String = js_sys::JsString::from(lower).normalize("NFD").into();
        parted.chars().filter(|c| !ACCENTS.contains(c)).collect()
    }
}
