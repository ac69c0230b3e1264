//! Preferences as a page shows and changes them.

use super::{
    api::{get_preferences, put_preferences},
    types::Preferences,
};
use crate::{
    error::Code,
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

    /// Saves a change. Where somebody else was faster, it is made again on what they left; `then` hears why it could not be, or
    /// nothing.
    pub fn change(
        self,
        change: impl Fn(&mut Preferences) -> Result<(), String> + 'static,
        then: impl FnOnce(Option<String>) + 'static,
    ) {
        let mut based = self.now.get_untracked();
        spawn_local(async move {
            for _ in 0..TRIES {
                if let Err(why) = change(&mut based) {
                    return then(Some(why));
                }
                match put_preferences(based).await {
                    Ok(_) => {
                        self.versions.bump(&Topic::Preferences);
                        return then(None);
                    }
                    Err(error) if error.code == Code::Conflict => {}
                    Err(error) => return then(Some(error.message)),
                }
                based = match get_preferences().await {
                    Ok(theirs) => theirs,
                    Err(error) => return then(Some(error.message)),
                };
            }
            then(Some("This is being changed elsewhere right now. Try again.".to_owned()));
        });
    }

    /// The same for what is pressed and shown at once; `done` says what happened, and offers to take it back.
    pub fn press(
        self,
        done: String,
        change: impl Fn(&mut Preferences) -> Result<(), String> + 'static,
        back: impl Fn(&mut Preferences) -> Result<(), String> + Clone + Send + Sync + 'static,
    ) {
        let toasts = self.toasts;
        let failed = move |why: Option<String>| why.into_iter().for_each(|why| toasts.error(why));
        self.change(change, move |why| match why {
            Some(why) => toasts.error(why),
            None => toasts.with_action(done, "Undo", Callback::new(move |()| self.change(back.clone(), failed))),
        });
    }
}
