//! What is chosen for an export: which files, how large, how well, how loud, how fast.

use super::{export::Planned, session::Session};
use crate::{
    domain::preset::{ExportSettings, Pace, Quality, Size, Sound},
    exports::types::ExportKind,
    ui::choice::Choice,
};
use leptos::prelude::*;

/// How the next export is made.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub chosen: RwSignal<Option<ExportSettings>>,
    pub before: ExportSettings,
    pub make: RwSignal<Make>,
}

/// Which files are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Make {
    pub reel: bool,
    pub clips: bool,
    pub before_after: bool,
}

impl Default for Make {
    fn default() -> Self {
        Self { reel: true, clips: false, before_after: false }
    }
}

impl Make {
    pub fn kinds(self) -> Vec<ExportKind> {
        let all = [
            (self.reel, ExportKind::Reel),
            (self.clips, ExportKind::Clip),
            (self.before_after, ExportKind::BeforeAfter),
        ];
        all.into_iter().filter(|(wanted, _)| *wanted).map(|(_, kind)| kind).collect()
    }

    pub fn files(self, clips: usize) -> usize {
        usize::from(self.reel) + usize::from(self.before_after) + if self.clips { clips } else { 0 }
    }
}

impl Settings {
    pub fn get(self) -> ExportSettings {
        self.chosen.get().unwrap_or(self.before)
    }

    pub fn change(self, change: impl FnOnce(&mut ExportSettings)) {
        let mut settings = untrack(|| self.get());
        change(&mut settings);
        self.chosen.set(Some(settings));
    }
}

/// One file, one for each clip, or both.
#[component]
pub fn MakeChoice(session: Session, make: RwSignal<Make>) -> impl IntoView {
    let count = Memo::new(move |_| session.reel.with(|reel| reel.clips.len()));
    let joined = move || if count.get() == 1 { "1 clip".to_owned() } else { format!("{} clips joined", count.get()) };
    let files = move || if count.get() == 1 { "1 file".to_owned() } else { format!("{} files", count.get()) };
    let choice = move |(reel, clips): (bool, bool), title: &'static str, note: Signal<String>| {
        let is_chosen = move || make.with(|it| (it.reel, it.clips) == (reel, clips));
        view! {
            <button class="choice" type="button" role="radio" aria-checked=move || is_chosen().to_string()
                on:click=move |_| make.update(|it| (it.reel, it.clips) = (reel, clips))>
                <strong>{title}</strong>
                <span>{move || note.get()}</span>
            </button>
        }
    };
    view! {
        <div class="field">
            <span class="field__label">"Make"</span>
            <div class="choices" role="radiogroup" aria-label="Make">
                {choice((true, false), "One reel", Signal::derive(joined))}
                {choice((false, true), "Single clips", Signal::derive(files))}
                {choice((true, true), "Both", Signal::derive(move || "One pass".to_owned()))}
            </div>
        </div>
    }
}

/// How large, how well, how fast.
#[component]
pub fn Choices(session: Session, settings: Settings, planned: Memo<Planned>) -> impl IntoView {
    let aspect = Memo::new(move |_| session.reel.with(|reel| reel.aspect));
    let sizes = move || {
        let words = |size: Size| {
            let (width, height) = size.of(aspect.get());
            format!("{width} × {height}")
        };
        [Size::Full, Size::Small, Size::Large].map(|size| (size, words(size))).to_vec()
    };
    // As recorded is a number only while nothing else is chosen.
    let recorded = Memo::new(move |before: Option<&Option<String>>| match planned.get() {
        Planned::Ready(plan) if settings.get().pace == Pace::Source => Some(plan.rate.to_string()),
        _ => before.cloned().flatten(),
    });
    let paces = move || {
        let as_recorded =
            recorded.get().map_or_else(|| "As recorded".to_owned(), |rate| format!("As recorded, {rate}"));
        vec![(Pace::Source, as_recorded), (Pace::Thirty, "30".to_owned()), (Pace::Sixty, "60".to_owned())]
    };
    let qualities = || {
        let words = [
            (Quality::Standard, "High, for sharing"),
            (Quality::Compact, "Smaller file"),
            (Quality::Best, "Best, to go on cutting"),
        ];
        words.map(|(quality, words)| (quality, words.to_owned())).to_vec()
    };
    let sounds = || {
        let words =
            [(Sound::Even, "Game, evened out"), (Sound::Recorded, "Game, as recorded"), (Sound::Mute, "No game sound")];
        words.map(|(sound, words)| (sound, words.to_owned())).to_vec()
    };
    view! {
        <div class="field-row field-row--stack">
            <Choice label="Size" items=Signal::derive(sizes) value=Signal::derive(move || settings.get().size)
                on_choose=Callback::new(move |size| settings.change(|it| it.size = size)) />
            <Choice label="Quality" items=Signal::derive(qualities) value=Signal::derive(move || settings.get().quality)
                on_choose=Callback::new(move |quality| settings.change(|it| it.quality = quality)) />
        </div>
        <div class="field-row field-row--stack">
            <Choice label="Sound" items=Signal::derive(sounds) value=Signal::derive(move || settings.get().sound)
                on_choose=Callback::new(move |sound| settings.change(|it| it.sound = sound)) />
            <Choice label="Frame rate" items=Signal::derive(paces) value=Signal::derive(move || settings.get().pace)
                on_choose=Callback::new(move |pace| settings.change(|it| it.pace = pace)) />
        </div>
    }
}
