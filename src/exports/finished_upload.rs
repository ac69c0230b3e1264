//! One upload that has ended well, of any browser, in the list of jobs.

use super::progress::Dismissals;
use crate::{
    domain::{size::size, time::Micros},
    ui::{icon::Icon, moment::Moment},
    uploads::types::FinishedUpload,
    videos::types::VideoState,
};
use leptos::prelude::*;

#[component]
pub fn FinishedUploadJob(upload: FinishedUpload) -> impl IntoView {
    let dismissals = Dismissals::expect();
    let id = StoredValue::new(upload.id);
    let took = Micros((upload.finished_at - upload.started_at).max(0).saturating_mul(1_000));
    let (class, bar, word) = match upload.video {
        VideoState::Error => ("status status--error", "progress progress--error", "Cannot be read"),
        _ => ("status status--done", "progress progress--done", "Done"),
    };
    let finished_at = upload.finished_at;
    view! {
        <article class="job" data-state="complete">
            <div class="job__row">
                <Icon name="upload" />
                <div>
                    <h3 class="job__name">{upload.game_name.clone()}</h3>
                    <p class="job__kind">{format!("{} · {}", upload.file_name, size(upload.bytes))}</p>
                </div>
                <div class="job__stage">
                    <span><span class=class>{word}</span></span>
                    <span class=bar role="progressbar" aria-label="Upload" aria-valuemin="0" aria-valuemax="100" aria-valuenow="100"
                        style="width: 100%; --value: 100%"><span class="progress__fill"></span></span>
                </div>
                <span class="job__beat">{if took < Micros::SECOND { "took under 1 s".to_owned() } else { format!("took {took}") }}</span>
                <span class="job__speed"></span>
                <span class="job__left"></span>
                <div class="job__actions">
                    <a class="button button--outline button--sm" href=format!("/games/{}", upload.game)>
                        <span class="button__text">"Open game"</span>
                    </a>
                    <button class="icon-button icon-button--sm" type="button" title="Take off the list"
                        aria-label=format!("Take {} off the list", upload.game_name)
                        on:click=move |_| dismissals.uploads(vec![id.get_value()])>
                        <Icon name="close" />
                    </button>
                    <span class="job__when"><Moment at=Signal::stored(finished_at) /></span>
                </div>
            </div>
        </article>
    }
}
