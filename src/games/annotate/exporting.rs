//! What a game itself can be exported as: one file of all its clips with their marks and notes, or each clip as a file.

use super::annotation::Annotation;
use crate::{
    domain::{preset::ExportSettings, time::Micros},
    exports::{
        api::create_batch,
        types::{ExportKind, NewBatch, Subject},
    },
    live::{types::Topic, versions::Versions},
    ui::{
        button::{Button, Look},
        dialog::Dialog,
        toast::Toasts,
    },
};
use leptos::prelude::*;

#[component]
pub fn ExportDialog(page: Annotation, open: RwSignal<bool>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let kind = RwSignal::new(ExportKind::Annotated);
    let (count, length) = (
        Memo::new(move |_| page.clips.with(Vec::len)),
        Memo::new(move |_| page.clips.with(|clips| Micros(clips.iter().map(|clip| clip.length().0).sum()))),
    );
    let export = Action::new(move |kind: &ExportKind| {
        let of = Subject::Game(page.game.with_untracked(|game| game.id.clone()));
        let batch = NewBatch { of, make: vec![*kind], clips: Vec::new(), settings: ExportSettings::default() };
        async move {
            match create_batch(batch).await {
                Ok(exports) => {
                    let said = match exports.len() {
                        1 => "The export has started. Its file shows up in the gallery.".to_owned(),
                        many => format!("{many} exports have started. Their files show up in the gallery."),
                    };
                    for export in exports {
                        versions.apply_export(export);
                    }
                    versions.bump(&Topic::Exports);
                    open.set(false);
                    toasts.say(said);
                }
                Err(error) => toasts.error(error.to_string()),
            }
        }
    });
    let files = move || match count.get() {
        1 => "1 file, as recorded".to_owned(),
        many => format!("{many} files, as recorded"),
    };
    let choice = move |of: ExportKind, title: &'static str, note: Signal<String>| {
        view! {
            <button class="choice" type="button" role="radio" aria-checked=move || (kind.get() == of).to_string()
                on:click=move |_| kind.set(of)>
                <strong>{title}</strong>
                <span>{move || note.get()}</span>
            </button>
        }
    };
    view! {
        <Dialog open title="Export this game">
            <div class="dialog__body">
                <Show when=move || count.get() != 0
                    fallback=|| view! { <p class="muted">"Mark clips first: an export is made of them."</p> }>
                    <div class="choices" role="radiogroup" aria-label="Make">
                        {choice(ExportKind::Annotated, "Annotated game", Signal::derive(move || format!("{} with mark, name and notes", length.get())))}
                        {choice(ExportKind::Clip, "Single clips", Signal::derive(files))}
                    </div>
                    <p class="field__hint">
                        {move || match kind.get() {
                            ExportKind::Clip => "Each clip as a file of its own, cut on its very frame. Where the recording allows it, nothing is encoded anew.",
                            _ => "All clips in the order of play, in one file with a chapter for each.",
                        }}
                    </p>
                </Show>
            </div>
            <div class="dialog__foot">
                <Button look=Look::Quiet on_press=move || open.set(false)>"Cancel"</Button>
                <button class="button button--primary" class:is-loading=move || export.pending().get() type="button"
                    aria-busy=move || export.pending().get().to_string() disabled=move || count.get() == 0
                    on:click=move |_| if !export.pending().get_untracked() { export.dispatch(kind.get_untracked()); }>
                    <span class="button__text">"Start export"</span>
                </button>
            </div>
        </Dialog>
    }
}
