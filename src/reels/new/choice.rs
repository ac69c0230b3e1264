//! What is offered, what the filters in the URL leave, and what is picked.

use crate::{
    clips::types::LibraryClip,
    domain::{
        aspect::Aspect,
        ids::{ClipId, GameId},
        naming::{self, ReelSource},
        rating::Rating,
        time::Micros,
    },
    reels::types::NewReel,
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
    params::ParamsMap,
};
use std::{collections::HashMap, sync::Arc};

/// The filters, as the URL has them: `?rating=5&rating=4&game=…&tag=Goal&player=%2310`. Within one kind any of them, across
/// kinds all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub ratings: Vec<Rating>,
    pub games: Vec<GameId>,
    pub tags: Vec<String>,
    pub players: Vec<String>,
}

impl Wanted {
    pub fn read(query: &ParamsMap) -> Self {
        let all = |key| query.get_all(key).unwrap_or_default();
        let rating = |text: String| text.parse::<u8>().ok().and_then(|stars| Rating::try_from(stars).ok());
        Self {
            ratings: all("rating").into_iter().filter_map(rating).collect(),
            games: all("game").iter().filter_map(|text| text.parse().ok()).collect(),
            tags: all("tag"),
            players: all("player"),
        }
    }

    pub fn write(&self) -> String {
        let mut query = ParamsMap::new();
        self.ratings.iter().for_each(|rating| query.insert("rating", rating.stars().to_string()));
        self.games.iter().for_each(|game| query.insert("game", game.to_string()));
        self.tags.iter().for_each(|tag| query.insert("tag", tag.clone()));
        self.players.iter().for_each(|player| query.insert("player", player.clone()));
        query.to_query_string()
    }

    pub fn count(&self) -> usize {
        self.ratings.len() + self.games.len() + self.tags.len() + self.players.len()
    }

    pub fn matches(&self, clip: &LibraryClip) -> bool {
        let details = &clip.clip.details;
        any(&self.ratings, |rating| details.rating == *rating)
            && any(&self.games, |game| clip.clip.game == *game)
            && any(&self.tags, |tag| details.tags.contains(tag))
            && any(&self.players, |player| players_of(&details.players).any(|name| name == player))
    }
}

/// Whether one of `wanted` is so; no wish is no bound.
fn any<T>(wanted: &[T], is: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(is)
}

/// The players of a clip, written with commas between them.
pub fn players_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// Puts `item` in, or takes it out when it is there.
pub fn toggle<T: PartialEq>(list: &mut Vec<T>, item: T) {
    match list.iter().position(|other| *other == item) {
        Some(at) => drop(list.remove(at)),
        None => list.push(item),
    }
}

/// Opens another address of the app.
type Go = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// The state of the page.
#[derive(Clone, Copy)]
pub struct Choice {
    pub all: RwSignal<Arc<Vec<LibraryClip>>>,
    pub wanted: Memo<Wanted>,
    /// What was clicked; a clip that was not is picked when it is brilliant and the filters leave it.
    clicked: RwSignal<HashMap<ClipId, bool>>,
    pub aspect: RwSignal<Aspect>,
    /// Empty while the name is derived.
    pub name: RwSignal<String>,
    go: StoredValue<Go>,
}

impl Choice {
    /// Made once for a page.
    pub fn provide() -> Self {
        let query = use_query_map();
        let go = use_navigate();
        Self {
            all: RwSignal::new(Arc::default()),
            wanted: Memo::new(move |_| query.with(Wanted::read)),
            clicked: RwSignal::new(HashMap::new()),
            aspect: RwSignal::new(Aspect::default()),
            name: RwSignal::new(String::new()),
            go: StoredValue::new(Arc::new(move |to: &str, options| go(to, options))),
        }
    }

    /// The clips as the server has them now; what was clicked stays.
    pub fn offer(self, list: Vec<LibraryClip>) {
        self.all.set(Arc::new(list));
    }

    /// Changes the filters: the URL is their only home.
    pub fn filter(self, change: impl FnOnce(&mut Wanted)) {
        let mut wanted = self.wanted.get_untracked();
        change(&mut wanted);
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        (self.go.get_value())(&format!("/reels/new{}", wanted.write()), options);
    }

    pub fn open(self, path: &str) {
        (self.go.get_value())(path, NavigateOptions::default());
    }

    /// The clips that the filters leave.
    pub fn matching(self) -> Vec<LibraryClip> {
        self.wanted
            .with(|wanted| self.all.with(|all| all.iter().filter(|clip| wanted.matches(clip)).cloned().collect()))
    }

    pub fn is_picked(self, clip: &LibraryClip) -> bool {
        let clicked = self.clicked.with(|clicked| clicked.get(&clip.clip.id).copied());
        let brilliant = clip.clip.details.rating == Rating::Brilliant;
        clicked.unwrap_or_else(|| brilliant && self.wanted.with(|wanted| wanted.matches(clip)))
    }

    pub fn pick(self, clip: ClipId, picked: bool) {
        self.clicked.update(|clicked| {
            clicked.insert(clip, picked);
        });
    }

    pub fn pick_all(self, clips: &[LibraryClip], picked: bool) {
        self.clicked.update(|clicked| clicked.extend(clips.iter().map(|clip| (clip.clip.id.clone(), picked))));
    }

    /// What the reel will hold, in the order of the library.
    pub fn picked(self) -> Vec<LibraryClip> {
        self.all.with(|all| all.iter().filter(|clip| self.is_picked(clip)).cloned().collect())
    }

    pub fn derived_name(self) -> String {
        let source = |clip: LibraryClip| ReelSource {
            game: clip.game_name,
            day: clip.played_on,
            rating: clip.clip.details.rating,
        };
        let sources: Vec<_> = self.picked().into_iter().map(source).collect();
        self.wanted.with(|wanted| naming::reel(&sources, &wanted.tags))
    }

    /// What is sent to the server, as things stand.
    pub fn reel(self) -> NewReel {
        NewReel {
            name: self.name.get_untracked().trim().to_owned(),
            aspect: self.aspect.get_untracked(),
            clips: untrack(|| self.picked()).into_iter().map(|clip| clip.clip.id).collect(),
            tags: self.wanted.get_untracked().tags,
        }
    }
}

/// The length of all of them together.
pub fn total(clips: &[LibraryClip]) -> Micros {
    clips.iter().fold(Micros::ZERO, |sum, clip| sum + clip.clip.length())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_survive_the_url() {
        let wanted = Wanted {
            ratings: vec![Rating::Brilliant, Rating::Good],
            games: vec!["0192f0c1-2345-7abc-8def-0123456789ab".parse().expect("an id")],
            tags: vec!["1v1 Save".to_owned(), "A&B=C".to_owned()],
            players: vec!["#10 Ilse".to_owned()],
        };
        let url = url::parse(&wanted.write());
        assert_eq!(Wanted::read(&url), wanted);
        assert_eq!(Wanted::default().write(), "");
    }

    /// Reads a query string as the router does.
    mod url {
        use super::ParamsMap;

        pub fn parse(query: &str) -> ParamsMap {
            let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
            let decode = leptos_router::location::Url::unescape;
            pairs.map(|(key, value)| (decode(key), decode(value))).collect()
        }
    }

    #[test]
    fn players_stand_between_commas() {
        assert_eq!(players_of(" #10 Ilse,, #7 Sam ,").collect::<Vec<_>>(), ["#10 Ilse", "#7 Sam"]);
    }

    #[test]
    fn a_toggle_undoes_itself() {
        let mut list = vec![1, 2];
        toggle(&mut list, 3);
        assert_eq!(list, [1, 2, 3]);
        toggle(&mut list, 1);
        assert_eq!(list, [2, 3]);
    }
}
