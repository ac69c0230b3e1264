//! The one home of running work: two tasks in the row, all of them in the panel above it. Absent when nothing runs.

use super::{
    export_watch::watch_exports,
    work::{self, Shown, Work},
};
use crate::{
    exports::progress::{ExportActions, Paces, STAGES},
    live::versions::Versions,
    ui::{button::IconButton, icon::Icon, progress::Progress},
    uploads::{actions::UploadActions, queue::UploadQueue},
};
use leptos::prelude::*;

/// How many tasks stand in the row.
const IN_ROW: usize = 2;

#[component]
pub fn StatusBar() -> impl IntoView {
    let (queue, versions) = (UploadQueue::expect(), Versions::expect());
    let paces = use_context::<Paces>().unwrap_or_default();
    watch_exports(versions, paces);
    let running = Memo::new(move |_| work::all(queue, versions));
    let is_open = RwSignal::new(false);
    // A panel that was open when the last work ended does not open with the next.
    Effect::new(move |_| {
        if running.with(Vec::is_empty) {
            is_open.set(false);
        }
    });
    view! {
        <Show when=move || !running.with(Vec::is_empty)>
            <Show when=move || is_open.get()><WorkPanel running paces is_open /></Show>
            <section class="status-bar" aria-label="Uploads and exports">
                <div class="status-bar__row">
                    <For each=move || running.get().into_iter().take(IN_ROW) key=Work::clone let:work>
                        <TaskLine work paces />
                    </For>
                    <div class="status-bar__end"><PanelSwitch running is_open /></div>
                </div>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn PanelSwitch(running: Memo<Vec<Work>>, is_open: RwSignal<bool>) -> impl IntoView {
    let label = move || match (is_open.get(), running.with(Vec::len).saturating_sub(IN_ROW)) {
        (true, _) => "Hide details".to_owned(),
        (false, 0) => "Show details".to_owned(),
        (false, more) => format!("Show details and {more} more"),
    };
    let more = move || running.with(Vec::len).saturating_sub(IN_ROW);
    view! {
        <button
            class="icon-button icon-button--sm"
            type="button"
            aria-label=label
            title=label
            aria-expanded=move || is_open.get().to_string()
            on:click=move |_| is_open.update(|open| *open = !*open)
        >
            <Show when=move || is_open.get() fallback=|| view! { <Icon name="up" /> }><Icon name="down" /></Show>
        </button>
        <Show when=move || 0 < more()><span class="status-bar__more">{move || format!("+{}", more())}</span></Show>
    }
}

/// As it stands, in a memo: the row changes only where its words do.
fn follow(work: Work, paces: Paces) -> Memo<Option<Shown>> {
    let (queue, versions) = (UploadQueue::expect(), Versions::expect());
    Memo::new(move |_| work.shown(queue, versions, paces))
}

/// One word or number of it; empty once it is gone.
fn part<T: Default + Send + Sync + 'static>(
    shown: Memo<Option<Shown>>,
    read: impl Fn(&Shown) -> T + Send + Sync + 'static,
) -> Signal<T> {
    Signal::derive(move || shown.with(|shown| shown.as_ref().map(&read).unwrap_or_default()))
}

/// With a middle dot before it, when there is something to say.
fn after_dot(text: String) -> String {
    if text.is_empty() { text } else { format!(" · {text}") }
}

#[component]
fn TaskLine(work: Work, paces: Paces) -> impl IntoView {
    let shown = follow(work.clone(), paces);
    let class = if matches!(work, Work::Upload(_)) { "task task--upload" } else { "task task--export" };
    view! {
        <div class=class>
            {move || view! { <Icon name=shown.with(|shown| shown.as_ref().map_or("clock", |it| it.icon)) class="task__icon" /> }}
            <span class="task__name">{part(shown, |it| it.name.clone())}</span>
            <Progress label=work.kind() value=part(shown, |it| it.percent) tone=part(shown, |it| it.tone) />
            <span class="task__meta">
                <span class="task__pct">{part(shown, |it| format!("{}%", it.percent))}</span>
                <span class="task__rate">{part(shown, |it| after_dot(it.pace.clone()))}</span>
                <span>{part(shown, |it| after_dot(it.left.clone()))}</span>
            </span>
            <span class="task__actions"><TaskActions work /></span>
        </div>
    }
}

#[component]
fn TaskActions(work: Work) -> impl IntoView {
    match work {
        Work::Upload(key) => view! { <UploadActions key /> }.into_any(),
        Work::Export(id) => {
            let actions = ExportActions::expect();
            view! { <IconButton small=true icon="close" label="Cancel export" on_press=move || actions.cancel(id.clone()) /> }
                .into_any()
        }
    }
}

#[component]
fn WorkPanel(running: Memo<Vec<Work>>, paces: Paces, is_open: RwSignal<bool>) -> impl IntoView {
    view! {
        <section
            class="status-panel"
            aria-label="Running now"
            on:keydown=move |event| if event.key() == "Escape" { is_open.set(false) }
        >
            <div class="panel__head">
                <h2 class="panel__title">"Running now"</h2>
                <div class="panel__end">
                    <a class="button button--quiet button--sm" href="/jobs"><span class="button__text">"All jobs"</span></a>
                </div>
            </div>
            <div class="status-panel__list">
                <For each=move || running.get() key=Work::clone let:work><WorkCard work paces /></For>
            </div>
        </section>
    }
}

#[component]
fn WorkCard(work: Work, paces: Paces) -> impl IntoView {
    let shown = follow(work.clone(), paces);
    let kind = work.kind();
    let note = part(shown, |it| it.note.clone());
    let stage = Memo::new(move |_| shown.with(|shown| shown.as_ref().and_then(|it| it.stage.clone())));
    let percent = part(shown, |it| it.percent);
    let facts = part(shown, |it| {
        if it.amount.is_empty() { format!("{}%", it.percent) } else { format!("{} · {}%", it.amount, it.percent) }
    });
    let pace = part(shown, |it| format!("{}{}", it.pace, after_dot(it.left.clone())));
    view! {
        <article class="work">
            <div class="work__head">
                {move || view! { <Icon name=shown.with(|shown| shown.as_ref().map_or("clock", |it| it.icon)) /> }}
                <strong>{part(shown, |it| it.name.clone())}</strong>
                <span class="work__end"><TaskActions work /></span>
            </div>
            {move || match stage.get() {
                Some(stage) => view! { <Stages stage percent /> }.into_any(),
                None => view! { <Progress label=kind value=percent tone=part(shown, |it| it.tone) /> }.into_any(),
            }}
            <div class="work__meta"><span>{facts}</span><span>{pace}</span></div>
            <Show when=move || !note.with(String::is_empty)><p class="work__note">{note}</p></Show>
        </article>
    }
}

/// The track of an export: stages behind it, the one it is in, and those to come.
#[component]
fn Stages(stage: String, percent: Signal<i64>) -> impl IntoView {
    let at = STAGES.iter().position(|(code, _)| *code == stage);
    view! {
        <ol class="stages" aria-label=move || format!("Stages, {}% done", percent.get())>
            {STAGES
                .into_iter()
                .enumerate()
                .map(|(index, (_, word))| {
                    let is_now = at == Some(index);
                    view! {
                        <li
                            class:is-done=at.is_some_and(|at| index < at)
                            class:is-now=is_now
                            style=move || is_now.then(|| format!("--value: {}%", percent.get()))
                        >
                            {word}
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}
