//! The dialogs of a game: its details, and the question before it is deleted.

use super::games_tab::{Target, counted};
use crate::{
    error::Code,
    games::{
        api::{delete_game, update_game},
        details_form::{DetailsDraft, DetailsFields},
        types::{GameCard, GameUpdate},
    },
    live::{types::Topic, versions::Versions},
    ui::{
        button::{Button, Look},
        dialog::{ConfirmDialog, Dialog, open_while},
        toast::Toasts,
    },
};
use leptos::{prelude::*, task::spawn_local};

#[component]
pub fn EditGame(target: Target) -> impl IntoView {
    let open = open_while(target);
    view! {
        <Dialog open title="Edit details">
            {move || target.get().map(|card| view! { <EditForm card open /> })}
        </Dialog>
    }
}

#[component]
fn EditForm(card: GameCard, open: RwSignal<bool>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let draft = DetailsDraft::of(&card.details);
    let is_saving = RwSignal::new(false);
    let save = move || {
        let Some(details) = draft.read() else { return };
        let update = GameUpdate { id: card.id.clone(), version: card.version, details };
        is_saving.set(true);
        spawn_local(async move {
            let saved = update_game(update).await;
            is_saving.try_set(false);
            match saved {
                Ok(_) => {
                    versions.bump(&Topic::Games);
                    open.try_set(false);
                }
                Err(error) if error.code == Code::Conflict => {
                    versions.bump(&Topic::Games);
                    open.try_set(false);
                    toasts.error("Changed elsewhere meanwhile. The latest is shown; edit it again.");
                }
                Err(error) if draft.refuse(&error) => {}
                Err(error) => toasts.error(error.to_string()),
            }
        });
    };
    view! {
        <form
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <div class="dialog__body form"><DetailsFields draft /></div>
            <div class="dialog__foot">
                <Button look=Look::Quiet on_press=move || open.set(false)>"Cancel"</Button>
                <Button look=Look::Primary submit=true loading=is_saving>"Save details"</Button>
            </div>
        </form>
    }
}

#[component]
pub fn DeleteGame(target: Target) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let open = open_while(target);
    let name = move || target.with(|card| card.as_ref().map(|card| card.details.name()).unwrap_or_default());
    let text = move || {
        let clips = target.with(|card| card.as_ref().map_or(0, |card| card.tally.clips()));
        let what = if clips == 0 {
            "Its video is".to_owned()
        } else {
            format!("Its video and {} are", counted(clips, "clip"))
        };
        format!("{what} gone for good, in every reel too. Exported files stay in the gallery.")
    };
    let delete = move || {
        let Some(card) = target.get_untracked() else { return };
        open.set(false);
        spawn_local(async move {
            match delete_game(card.id.clone()).await {
                Ok(()) => {
                    versions.bump_all();
                    toasts.say(format!("{} deleted", card.details.name()));
                }
                Err(error) => toasts.error(error.to_string()),
            }
        });
    };
    view! { <ConfirmDialog open title=move || format!("Delete {}?", name()) text verb="Delete game" on_confirm=delete /> }
}
