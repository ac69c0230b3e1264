//! What was done in an editor, to be undone and done again; kept in the browser over a reload.

use crate::browser::storage;
use leptos::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const MOST: usize = 100;

/// Pairs of before and after, and how far back we are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History<S> {
    done: Vec<Step<S>>,
    undone: Vec<Step<S>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Step<S> {
    before: S,
    after: S,
    /// Steps of the same gesture are one step.
    gesture: Option<String>,
}

impl<S> Default for History<S> {
    fn default() -> Self {
        Self { done: Vec::new(), undone: Vec::new() }
    }
}

impl<S: Clone + PartialEq> History<S> {
    pub fn push(&mut self, before: S, after: S, gesture: Option<String>) {
        self.undone.clear();
        if let Some(last) = self.done.last_mut()
            && gesture.is_some()
            && last.gesture == gesture
            && last.after == before
        {
            last.after = after;
            return;
        }
        if self.done.len() >= MOST {
            self.done.remove(0);
        }
        self.done.push(Step { before, after, gesture });
    }

    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// The step that an undo would take back: before and after.
    pub fn last(&self) -> Option<(&S, &S)> {
        self.done.last().map(|step| (&step.before, &step.after))
    }

    /// What was there before the step that one more of this gesture would go on with, if `now` is where it led.
    pub fn before(&self, gesture: &str, now: &S) -> Option<&S> {
        let goes_on = |step: &&Step<S>| step.gesture.as_deref() == Some(gesture) && step.after == *now;
        self.done.last().filter(goes_on).map(|step| &step.before)
    }

    /// From what, to what.
    pub fn undo(&mut self) -> Option<(S, S)> {
        let step = self.done.pop()?;
        self.undone.push(step.clone());
        Some((step.after, step.before))
    }

    pub fn redo(&mut self) -> Option<(S, S)> {
        let step = self.undone.pop()?;
        self.done.push(step.clone());
        Some((step.before, step.after))
    }

    /// Every state that it knows.
    pub fn states_mut(&mut self) -> impl Iterator<Item = &mut S> {
        self.done.iter_mut().chain(&mut self.undone).flat_map(|step| [&mut step.before, &mut step.after])
    }
}

/// What this tab kept under `key`.
pub fn kept<S: DeserializeOwned>(key: &str) -> Option<History<S>> {
    storage::of_tab(key).and_then(|text| serde_json::from_str(&text).ok())
}

/// Keeps it. What does not fit is not kept: then there is nothing to undo after a reload.
pub fn store<S: Serialize>(key: &str, history: &History<S>) {
    let _ = storage::keep_for_tab(key, serde_json::to_string(history).ok().as_deref());
}

/// Keeps `history` under `key` for this tab: a reload finds it again, another tab has its own. Called in a component.
pub fn keep<S>(key: String, history: RwSignal<History<S>>)
where
    S: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    Effect::new(move |began: Option<()>| {
        if began.is_none()
            && let Some(kept) = kept(&key)
        {
            history.set(kept);
        }
        history.with(|history| store(&key, history));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gesture_is_one_step_and_a_change_ends_what_was_undone() {
        let mut history = History::default();
        history.push(0, 1, Some("drag".to_owned()));
        history.push(1, 2, Some("drag".to_owned()));
        assert_eq!(history.undo(), Some((2, 0)));
        assert!(!history.can_undo() && history.can_redo());
        assert_eq!(history.redo(), Some((0, 2)));
        history.push(2, 3, None);
        assert_eq!(history.undo(), Some((3, 2)));
        history.push(2, 5, Some("drag".to_owned()));
        assert!(!history.can_redo());
        let text = serde_json::to_string(&history).expect("json");
        assert_eq!(serde_json::from_str::<History<i32>>(&text).expect("a history"), history);
    }

    #[test]
    fn it_forgets_what_is_long_ago() {
        let mut history = History::default();
        (0..150).for_each(|n| history.push(n, n + 1, None));
        assert_eq!(std::iter::from_fn(|| history.undo()).count(), MOST);
    }
}
