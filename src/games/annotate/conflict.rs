//! Clips that were changed here and elsewhere in the same place: a person decides, one after the other.

use super::{
    annotation::Annotation,
    saving::{Conflict, Saver},
};
use crate::editor::conflict::ConflictBanner;
use leptos::prelude::*;

#[component]
pub fn Conflicts(page: Annotation) -> impl IntoView {
    let saver = page.saver;
    let conflict = Memo::new(move |_| saver.conflict());
    let is_open = Memo::new(move |_| conflict.with(Option::is_some));
    let is_deletion = Memo::new(move |_| conflict.with(|it| it.as_ref().is_some_and(Conflict::is_deletion)));
    let text = move || {
        let title = conflict.with(|it| it.as_ref().map(|it| it.title.clone()).unwrap_or_default());
        let what = if is_deletion.get() { "was deleted" } else { "was changed" };
        format!("\u{201c}{title}\u{201d} {what} by somebody else meanwhile. What you did is kept here.")
    };
    let keep = move || if is_deletion.get() { "Bring it back" } else { "Keep mine" }.to_owned();
    let latest = move || if is_deletion.get() { "Let it go" } else { "Load the latest" }.to_owned();
    let act = move |act: fn(Saver, Conflict)| {
        move |()| {
            if let Some(conflict) = conflict.get_untracked() {
                act(saver, conflict);
            }
        }
    };
    view! {
        <Show when=move || is_open.get()>
            <ConflictBanner
                text=Signal::derive(text)
                on_copy=act(|saver, conflict| saver.copy_mine(&conflict))
                keep=Signal::derive(keep)
                on_keep=act(Saver::keep_mine)
                latest=Signal::derive(latest)
                on_latest=act(Saver::take_theirs)
            />
        </Show>
    }
}
