//! What the address of the library says, and the address that says it.

use crate::domain::{aspect::Aspect, naming::Venue};
use leptos_router::{location::Url, params::ParamsMap};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    pub is_reels: bool,
    /// What was typed into the search.
    pub text: String,
    /// "Fall 2026"
    pub season: Option<String>,
    pub venue: Option<Venue>,
    pub has_brilliants: bool,
    pub is_uploading: bool,
    /// The code of a reel's state.
    pub status: Option<String>,
    pub aspect: Option<Aspect>,
}

impl Address {
    pub fn read(query: &ParamsMap) -> Self {
        let text = |key| query.get_str(key).map(str::to_owned).filter(|value| !value.is_empty());
        Self {
            is_reels: query.get_str("tab") == Some("reels"),
            text: text("q").unwrap_or_default(),
            season: text("season"),
            venue: query.get_str("venue").and_then(|code| code.parse().ok()),
            has_brilliants: query.get_str("brilliants").is_some(),
            is_uploading: query.get_str("uploading").is_some(),
            status: text("status"),
            aspect: query.get_str("aspect").and_then(|label| label.parse().ok()),
        }
    }

    pub fn href(&self) -> String {
        let flag = |is_set: bool| is_set.then(|| "1".to_owned());
        let pairs = [
            ("tab", self.is_reels.then(|| "reels".to_owned())),
            ("q", Some(self.text.clone()).filter(|text| !text.is_empty())),
            ("season", self.season.clone()),
            ("venue", self.venue.map(|venue| venue.code().to_owned())),
            ("brilliants", flag(self.has_brilliants)),
            ("uploading", flag(self.is_uploading)),
            ("status", self.status.clone()),
            ("aspect", self.aspect.map(|aspect| aspect.label().to_owned())),
        ];
        let query: Vec<String> = pairs
            .into_iter()
            .filter_map(|(key, value)| value.map(|value| format!("{key}={}", Url::escape(&value))))
            .collect();
        if query.is_empty() { "/".to_owned() } else { format!("/?{}", query.join("&")) }
    }

    /// The same without filters; tab and search stay.
    #[must_use]
    pub fn without_filters(&self) -> Self {
        Self { is_reels: self.is_reels, text: self.text.clone(), ..Self::default() }
    }

    /// Games, neither searched nor filtered.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::Address;
    use crate::domain::naming::Venue;

    #[test]
    fn only_what_is_set_is_in_the_address() {
        assert_eq!(Address::default().href(), "/");
        let address = Address {
            is_reels: true,
            text: "harbour city".to_owned(),
            venue: Some(Venue::Away),
            has_brilliants: true,
            ..Address::default()
        };
        assert_eq!(address.href(), "/?tab=reels&q=harbour%20city&venue=away&brilliants=1");
        assert_eq!(address.without_filters().href(), "/?tab=reels&q=harbour%20city");
    }
}
