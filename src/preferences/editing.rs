//! Preferences as a page shows and changes them.

use super::{
    api::{get_preferences, put_preferences},
    types::Preferences,
};
use crate::{
    error::{ApiError, Code},
    live::{types::Topic, versions::Versions},
    ui::toast::Toasts,
};
use leptos::{prelude::*, task::spawn_local};

/// How often a change is put onto what others made meanwhile before it gives up.
const TRIES: usize = 4;

#[derive(Clone, Copy)]
pub struct Setup {
    pub now: Signal<Preferences>,
    versions: Versions,
    toasts: Toasts,
}

impl Setup {
    pub fn new(now: Signal<Preferences>) -> Self {
        Self { now, versions: Versions::expect(), toasts: Toasts::expect() }
    }

    /// Saves a change. Where somebody else was faster, it is made again on what they left; `then` hears what is kept now, or why it
    /// could not be. It outlives the page.
    pub fn change(
        self,
        change: impl Fn(&mut Preferences) -> Result<(), String> + 'static,
        then: impl FnOnce(Result<Preferences, String>) + 'static,
    ) {
        let known = self.now.try_get_untracked();
        spawn_local(async move { then(self.save(known, change).await) });
    }

    async fn save(
        self,
        known: Option<Preferences>,
        change: impl Fn(&mut Preferences) -> Result<(), String>,
    ) -> Result<Preferences, String> {
        let said = |error: ApiError| error.message;
        let mut based = match known {
            Some(known) => known,
            None => get_preferences().await.map_err(said)?,
        };
        for _ in 0..TRIES {
            change(&mut based)?;
            match put_preferences(based).await {
                Ok(kept) => {
                    // An undo that a toast offered stands on what is no longer there.
                    self.toasts.retract_actions();
                    self.versions.bump(&Topic::Preferences);
                    return Ok(kept);
                }
                Err(error) if error.code == Code::Conflict => based = get_preferences().await.map_err(said)?,
                Err(error) => return Err(error.message),
            }
        }
        Err("This is being changed elsewhere right now. Try again.".to_owned())
    }

    /// The same for what is pressed and shown at once; `done` says what happened, and offers to take it back.
    pub fn press(
        self,
        done: String,
        change: impl Fn(&mut Preferences) -> Result<(), String> + 'static,
        back: impl Fn(&mut Preferences) -> Result<(), String> + Clone + Send + Sync + 'static,
    ) {
        let toasts = self.toasts;
        let failed =
            move |answer: Result<Preferences, String>| answer.err().into_iter().for_each(|why| toasts.error(why));
        self.change(change, move |answer| match answer {
            Err(why) => toasts.error(why),
            Ok(_) => toasts.with_action(done, "Undo", Callback::new(move |()| self.change(back.clone(), failed))),
        });
    }
}
