//! What somebody set up for all their games, as Annotate uses it.

use super::annotation::Annotation;
use crate::{
    domain::roster::{players_of, ranked},
    live::types::Topic,
    preferences::api::get_preferences,
};
use leptos::{prelude::*, task::spawn_local};

impl Annotation {
    /// Who may be on the selected clip: the roster, and who is on others of this game. What is half typed in it is nobody yet.
    pub fn players(self) -> Vec<String> {
        let selected = self.selected.get();
        self.preferences.with(|preferences| {
            self.clips.with(|clips| {
                let others = clips.iter().filter(|clip| Some(&clip.id) != selected.as_ref());
                ranked(&preferences.roster, others.flat_map(|clip| players_of(&clip.details.players)))
            })
        })
    }

    /// Asks again when tags or players were changed anywhere.
    pub fn keep_preferences_fresh(self) {
        let versions = self.versions;
        Effect::new(move |seen: Option<u64>| {
            let now = versions.of(&Topic::Preferences);
            if seen.is_some_and(|seen| seen != now) {
                spawn_local(async move {
                    if let Ok(newest) = get_preferences().await {
                        self.preferences.try_set(newest);
                    }
                });
            }
            now
        });
    }
}
