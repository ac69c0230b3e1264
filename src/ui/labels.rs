//! Small signs: filter chips, ratings, counts by rating, scores, states.

use super::icon::Icon;
use crate::domain::rating::{Rating, Tally as Counts};
use leptos::prelude::*;

/// A filter that is a link, so that it works without JavaScript; the one in force has a tick.
#[component]
pub fn FilterChip(
    #[prop(into)] label: String,
    /// The page with this filter turned over.
    #[prop(into)]
    href: Signal<String>,
    #[prop(into)] active: Signal<bool>,
    #[prop(optional)] count: Option<Signal<usize>>,
) -> impl IntoView {
    view! {
        <a class="chip" data-noscroll="" href=move || href.get() aria-current=move || active.get().then_some("true")>
            <Show when=move || active.get()><Icon name="check" class="icon--sm" /></Show>
            {label}
            {count.map(|count| view! { <span class="chip__count">{move || count.get()}</span> })}
        </a>
    }
}

/// A rating's mark in its colour; the name is in the title.
#[component]
pub fn Badge(rating: Rating, #[prop(optional)] large: bool) -> impl IntoView {
    view! {
        <span class=format!("badge badge--rating-{}", rating.stars()) class:badge--lg=large title=rating.name()>
            {rating.mark()}
        </span>
    }
}

/// How many clips have each rating, the best first; ratings without clips are left out.
#[component]
pub fn Tally(counts: Counts) -> impl IntoView {
    view! {
        <ul class="tally" aria-label="Clips by rating">
            {Rating::ALL
                .into_iter()
                .rev()
                .filter(|rating| counts.of(*rating) > 0)
                .map(|rating| view! { <li class="tally__item"><Badge rating /><span>{counts.of(rating)}</span></li> })
                .collect_view()}
        </ul>
    }
}

/// The weighted sum of ratings, with its sign; nothing while there are no clips.
#[component]
pub fn Score(counts: Counts) -> impl IntoView {
    (counts.clips() > 0).then(|| {
        view! { <span class="score" title="Score: weighted sum of ratings">{format!("{:+}", counts.score())}</span> }
    })
}

/// How a state looks beside its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dot {
    #[default]
    Idle,
    Running,
    Waiting,
    Done,
    Error,
}

impl Dot {
    pub const fn class(self) -> &'static str {
        match self {
            Self::Idle => "status",
            Self::Running => "status status--running",
            Self::Waiting => "status status--waiting",
            Self::Done => "status status--done",
            Self::Error => "status status--error",
        }
    }
}

/// A dot and a word.
#[component]
pub fn Status(dot: Dot, #[prop(into)] word: String) -> impl IntoView {
    view! { <span class=dot.class()>{word}</span> }
}
