//! What the store may say that its objects are. Nothing that a browser would run or open as a page: those come as a
//! download of plain bytes.

use http::{HeaderMap, HeaderValue, header};

const ALLOWED: [&str; 24] = [
    "application/json",
    "application/octet-stream",
    "application/zip",
    "audio/aac",
    "audio/mp4",
    "audio/mpeg",
    "audio/wav",
    "image/avif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/csv",
    "text/plain",
    "text/vtt",
    "video/3gpp",
    "video/mp2t",
    "video/mp4",
    "video/mpeg",
    "video/ogg",
    "video/quicktime",
    "video/webm",
    "video/x-m4v",
    "video/x-matroska",
    "video/x-msvideo",
];
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// The headers that say what the object is: the type asked for (or the stored one) if it is harmless, else bytes to be
/// saved. `asked_disposition` stays, unless it would show what must be saved.
pub(super) fn headers(stored: &str, asked: Option<&str>, asked_disposition: Option<&str>) -> HeaderMap {
    let wanted = asked.unwrap_or(stored);
    let bare = wanted.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut headers = HeaderMap::new();
    let allowed = ALLOWED.binary_search(&bare.as_str()).ok().and_then(|at| ALLOWED.get(at));
    let asked_disposition = asked_disposition.and_then(|text| HeaderValue::from_str(text).ok());
    if let Some(harmless) = allowed {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(harmless));
        headers.extend(asked_disposition.map(|value| (header::CONTENT_DISPOSITION, value)));
    } else {
        let saved = asked_disposition.filter(|value| value.as_bytes().starts_with(b"attachment"));
        headers.insert(header::CONTENT_TYPE, BYTES);
        headers.insert(header::CONTENT_DISPOSITION, saved.unwrap_or(HeaderValue::from_static("attachment")));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_types_are_named() {
        assert!(ALLOWED.is_sorted());
        let of = |headers: &HeaderMap, name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let video = headers("video/MP4; codecs=x", None, Some("inline"));
        assert_eq!(of(&video, header::CONTENT_TYPE).as_deref(), Some("video/mp4"));
        assert_eq!(of(&video, header::CONTENT_DISPOSITION).as_deref(), Some("inline"));
        for (stored, asked) in
            [("text/html", None), ("video/mp4", Some("text/html")), ("image/svg+xml", None), ("", None)]
        {
            let page = headers(stored, asked, Some("inline"));
            assert_eq!(of(&page, header::CONTENT_TYPE).as_deref(), Some("application/octet-stream"), "{stored}");
            assert_eq!(of(&page, header::CONTENT_DISPOSITION).as_deref(), Some("attachment"));
        }
        let named = headers("text/html", None, Some("attachment; filename=\"a\""));
        assert_eq!(of(&named, header::CONTENT_DISPOSITION).as_deref(), Some("attachment; filename=\"a\""));
    }
}
