//! Clips to other programs, and from them: a file to save, a text to read, looked at before anything is made of it.

use super::annotation::Annotation;
use crate::{
    browser::files,
    clips::{
        api::import_clips,
        types::{ClipImport, Format, Imported, LineError},
    },
    ui::{
        button::{Button, Look},
        dialog::Dialog,
        labels::Badge,
        toast::Toasts,
    },
};
use leptos::{prelude::*, task::spawn_local};

/// What a file dialog offers.
const ACCEPT: &str = ".csv,.tsv,.txt,.json,.llc,.xml,.vtt,text/*";
/// A body of JSON is at most 2 MB.
const MAX_BYTES: i64 = 1_500_000;
/// So many are shown before they are made.
const MOST_SHOWN: usize = 50;

#[component]
pub fn ExchangeDialog(page: Annotation, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="Import or export clips">
            <div class="dialog__body exchange">
                <Save page />
                <Read page open />
            </div>
        </Dialog>
    }
}

#[component]
fn Save(page: Annotation) -> impl IntoView {
    let is_empty = Memo::new(move |_| page.clips.with(Vec::is_empty));
    let link = move |format: Format| {
        let game = page.game.with_untracked(|game| game.id.clone());
        let path = format!("/api/games/{game}/clips/export?format={}", format.code());
        view! { <a class="button button--outline button--sm" href=path download="" rel="external">{format.name()}</a> }
    };
    view! {
        <section aria-label="Export">
            <h3 class="field__label">"Save the clips as"</h3>
            <Show when=move || !is_empty.get() fallback=|| view! { <p class="muted">"No clips yet."</p> }>
                <div class="exchange__formats">{Format::ALL.map(link).collect_view()}</div>
            </Show>
        </section>
    }
}

#[component]
fn Read(page: Annotation, open: RwSignal<bool>) -> impl IntoView {
    let toasts = Toasts::expect();
    let text = RwSignal::new(String::new());
    let found = RwSignal::new(None::<Imported>);
    let ask = move |apply: bool| ClipImport {
        id: page.game.with_untracked(|game| game.id.clone()),
        text: text.get_untracked(),
        apply,
    };
    let look = Action::new(move |(): &()| {
        let asked = ask(false);
        async move {
            let seen = asked.text.clone();
            match import_clips(asked).await {
                // Changed meanwhile, or closed: what was found is of another text.
                Ok(answer) if text.try_get_untracked().as_ref() == Some(&seen) => drop(found.try_set(Some(answer))),
                Ok(_) => {}
                Err(error) => toasts.error(error.to_string()),
            }
        }
    });
    let make = Action::new(move |(): &()| {
        let asked = ask(true);
        async move {
            match import_clips(asked).await {
                Ok(answer) => {
                    let _ = open.try_set(false);
                    toasts.say(match answer.made.len() {
                        1 => "1 clip imported".to_owned(),
                        many => format!("{many} clips imported"),
                    });
                    page.imported(answer.made);
                }
                Err(error) => toasts.error(error.to_string()),
            }
        }
    });
    let set = move |read: String| {
        text.set(read);
        found.set(None);
    };
    let choose = move |event| {
        let Some(file) = files::chosen(&event).into_iter().next() else { return };
        if file.size() > MAX_BYTES {
            toasts.error("That file is larger than 1.5 MB. Split it, then import one after the other.");
            return;
        }
        spawn_local(async move {
            match file.read(0, file.size()).await {
                // The dialog may be closed by now.
                Some(bytes) if text.try_get_untracked().is_some() => {
                    set(files::text_of(&bytes));
                    look.dispatch(());
                }
                Some(_) => {}
                None => toasts.error("The file cannot be read. Choose it again."),
            }
        });
    };
    let new = Memo::new(move |_| found.with(|found| found.as_ref().map(|it| it.clips.len() - it.known)));
    let label = move || match new.get() {
        Some(1) => "Import 1 clip".to_owned(),
        Some(many) => format!("Import {many} clips"),
        None => "Look at it".to_owned(),
    };
    let cannot = move || text.with(|text| text.trim().is_empty()) || new.get() == Some(0);
    let is_busy = move || look.pending().get() || make.pending().get();
    view! {
        <section aria-label="Import">
            <div class="field">
                <label class="field__label" for="import-text">"Read clips from a text"</label>
                <textarea class="field__input num" id="import-text" rows="5" spellcheck="false" aria-describedby="import-hint"
                    placeholder="start_time,rating,tags,clip_name,clip_duration,notes\n12:30,5,Goal,Volley,12,"
                    prop:value=move || text.get() on:input:target=move |event| set(event.target().value())></textarea>
                <span class="field__hint" id="import-hint">"CSV, TSV, JSON, LosslessCut, Sportscode XML, WebVTT or YouTube chapters"</span>
            </div>
            <div role="status">{move || found.get().map(|found| view! { <Preview found /> })}</div>
            <div class="button-row exchange__foot">
                <label class="button button--outline">
                    <input class="visually-hidden" type="file" accept=ACCEPT on:change=choose />
                    <span class="button__text">"Choose a file"</span>
                </label>
                <Button look=Look::Quiet on_press=move || open.set(false)>"Cancel"</Button>
                <button class="button button--primary" class:is-loading=is_busy type="button" disabled=cannot
                    aria-busy=move || is_busy().to_string()
                    on:click=move |_| {
                        if is_busy() {
                        } else if new.get_untracked().is_some() {
                            make.dispatch(());
                        } else {
                            look.dispatch(());
                        }
                    }>
                    <span class="button__text">{label}</span>
                </button>
            </div>
        </section>
    }
}

/// What is made of it, and what is not.
#[component]
fn Preview(found: Imported) -> impl IntoView {
    let Imported { format, clips, known, errors, unread, .. } = found;
    let more_wrong = unread.saturating_sub(errors.len());
    let count = match clips.len() {
        1 => "1 clip".to_owned(),
        many => format!("{many} clips"),
    };
    let already = (known > 0).then(|| format!(", {known} of them here already"));
    let hidden = clips.len().saturating_sub(MOST_SHOWN);
    let rows = clips.into_iter().take(MOST_SHOWN).map(|clip| {
        view! {
            <li class="exchange__row">
                <Badge rating=clip.rating />
                <span>{clip.title()}</span>
                <span class="time">{format!("{} – {}", clip.start, clip.end)}</span>
            </li>
        }
    });
    let wrong =
        errors.into_iter().map(|LineError { line, message }| view! { <li>{format!("Line {line}: {message}")}</li> });
    let wrong: Vec<_> = wrong.collect();
    view! {
        <div class="exchange__found">
            <p><strong>{count}</strong>{already}{format!(" ({})", format.name())}</p>
            <ul class="exchange__list">{rows.collect_view()}</ul>
            {(hidden > 0).then(|| view! { <p class="muted">{format!("and {hidden} more")}</p> })}
            {(!wrong.is_empty()).then(|| view! {
                <p class="field__error">"Not read, and left out:"</p>
                <ul class="exchange__errors">{wrong}</ul>
                {(more_wrong > 0).then(|| view! { <p class="muted">{format!("and {more_wrong} more")}</p> })}
            })}
        </div>
    }
}
