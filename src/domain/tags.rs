//! Tag palettes: what a clip can be tagged with, grouped as a coach would look for it. Data, one file for each sport.

use serde::Deserialize;
use std::sync::LazyLock;

/// Bounds on what a user may write.
pub const MAX_TAGS: usize = 16;
pub const MAX_TAG_LENGTH: usize = 40;

#[derive(Debug, Clone, Deserialize)]
pub struct Palette {
    pub name: String,
    pub groups: Vec<Group>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Group {
    pub name: String,
    pub tags: Vec<String>,
}

static SOCCER: LazyLock<Palette> = LazyLock::new(|| {
    serde_json::from_str(include_str!("palettes/soccer.json")).expect("the palette that we ship is valid")
});

/// The palette of a sport; soccer where we have none.
pub fn palette(_sport: &str) -> &'static Palette {
    &SOCCER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soccer_has_four_groups_of_short_unlike_tags() {
        let tags: Vec<&String> = palette("soccer").groups.iter().flat_map(|group| &group.tags).collect();
        let names: Vec<&str> = palette("soccer").groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["Attack", "Midfield", "Defence", "Goalkeeper"]);
        assert_eq!(tags.iter().collect::<std::collections::HashSet<_>>().len(), tags.len());
        assert!(tags.iter().all(|tag| tag.len() <= MAX_TAG_LENGTH));
    }
}
