//! How far something has come. That it never runs backwards is for its caller to see to.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProgressTone {
    #[default]
    Moving,
    Paused,
    Error,
    Done,
    /// Its turn has not come.
    Waiting,
}

impl ProgressTone {
    const fn class(self) -> &'static str {
        match self {
            Self::Moving => "progress",
            Self::Paused => "progress progress--paused",
            Self::Error => "progress progress--error",
            Self::Done => "progress progress--done",
            Self::Waiting => "progress progress--waiting",
        }
    }
}

/// `value` is 0 to 100.
#[component]
pub fn Progress(
    label: &'static str,
    #[prop(into)] value: Signal<i64>,
    #[prop(optional, into)] tone: Signal<ProgressTone>,
) -> impl IntoView {
    view! {
        <span
            class=move || tone.get().class()
            role="progressbar"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || value.get().to_string()
            style=move || format!("--value: {}%", value.get())
        >
            <span class="progress__fill"></span>
        </span>
    }
}
