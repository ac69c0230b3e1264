//! First steps: one hint at a time, each gone when it was done once; then they never come again in this browser.

use super::annotation::Annotation;
use crate::{
    browser::storage,
    clips::types::Clip,
    domain::{ids::ClipId, rating::Rating},
    ui::button::IconButton,
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Under which this browser remembers that nobody needs them any more.
const KEPT: &str = "first-steps";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Play,
    Mark,
    Rate,
    Tag,
    Done,
}

impl Step {
    /// What it says: with keys, and by touch.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Play => ("Space plays and pauses.", "Press play under the picture."),
            Self::Mark => (
                "Press N when something happened: the clip begins 8 seconds before.",
                "Press New clip when something happened: it begins 8 seconds before.",
            ),
            Self::Rate => ("Rate the clip: 1 to 5.", "Rate the clip below."),
            Self::Tag => ("Tag it: press the letter on a tag.", "Pull the form up and tag the clip."),
            Self::Done => ("That is all it takes. ? shows every key.", "That is all it takes."),
        }
    }

    const fn number(self) -> usize {
        self as usize + 1
    }
}

/// What a step changes of a clip.
type Marks = (Rating, Vec<String>);

fn marks(clips: &[Clip]) -> BTreeMap<ClipId, Marks> {
    clips.iter().map(|clip| (clip.id.clone(), (clip.details.rating, clip.details.tags.clone()))).collect()
}

/// The first that was not done since the page was opened.
fn next(has_played: bool, before: &BTreeMap<ClipId, Marks>, clips: &[Clip]) -> Step {
    let usual = (Rating::default(), Vec::new());
    let was = |clip: &Clip| before.get(&clip.id).unwrap_or(&usual).clone();
    if !has_played {
        Step::Play
    } else if clips.iter().all(|clip| before.contains_key(&clip.id)) {
        Step::Mark
    } else if clips.iter().all(|clip| was(clip).0 == clip.details.rating) {
        Step::Rate
    } else if clips.iter().all(|clip| was(clip).1 == clip.details.tags) {
        Step::Tag
    } else {
        Step::Done
    }
}

#[component]
pub fn FirstSteps(page: Annotation) -> impl IntoView {
    // Only the browser knows whether somebody was here before.
    let is_new = RwSignal::new(false);
    Effect::new(move |_| is_new.set(storage::get(KEPT).is_none()));
    let has_played = RwSignal::new(false);
    Effect::new(move |_| {
        if page.playback.playing.get() {
            has_played.set(true);
        }
    });
    let before = StoredValue::new(page.clips.with_untracked(|clips| marks(clips)));
    let step = Memo::new(move |furthest: Option<&Step>| {
        let has_played = has_played.get();
        let step = page.clips.with(|clips| before.with_value(|before| next(has_played, before, clips)));
        // What was done once was done, even if it was taken back.
        furthest.filter(|furthest| furthest.number() > step.number()).copied().unwrap_or(step)
    });
    let over = move || storage::set(KEPT, "done");
    Effect::new(move |_| {
        if step.get() == Step::Done {
            over();
        }
    });
    let number = move || (step.get() != Step::Done).then(|| format!("{} of 4", step.get().number()));
    view! {
        <Show when=move || is_new.get()>
            <div class="first-steps" role="status">
                <span class="first-steps__number num">{number}</span>
                <p><span class="for-keys">{move || step.get().words().0}</span><span class="for-touch">{move || step.get().words().1}</span></p>
                <IconButton icon="close" label="No more hints" small=true on_press=move |()| {
                    over();
                    is_new.set(false);
                } />
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clips::types::ClipDetails, domain::time::Micros};

    fn clip(n: u8, rating: Rating, tags: &[&str]) -> Clip {
        Clip {
            id: format!("0192f0c1-2345-7abc-8def-0123456789{n:02x}").parse().expect("an id"),
            version: 1,
            game: "0192f0c1-2345-7abc-8def-0123456789ab".parse().expect("an id"),
            video: "0192f0c1-2345-7abc-8def-0123456789ac".parse().expect("an id"),
            details: ClipDetails {
                rating,
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                ..ClipDetails::of(Micros::ZERO, Micros::SECOND)
            },
        }
    }

    #[test]
    fn a_step_is_done_by_doing_it() {
        let known = clip(1, Rating::Good, &["Goal"]);
        let before = marks(std::slice::from_ref(&known));
        let step = |clips: &[Clip]| next(true, &before, clips);
        assert_eq!(next(false, &before, std::slice::from_ref(&known)), Step::Play);
        assert_eq!(step(std::slice::from_ref(&known)), Step::Mark, "what was there is not yours");
        let rating = Rating::default();
        assert_eq!(step(&[known.clone(), clip(2, rating, &[])]), Step::Rate);
        assert_eq!(step(&[known.clone(), clip(2, Rating::Brilliant, &[])]), Step::Tag);
        assert_eq!(step(&[known, clip(2, Rating::Brilliant, &["Save"])]), Step::Done);
    }
}
