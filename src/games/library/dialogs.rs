//! The dialog of a game: its details.

use super::games_tab::Target;
use crate::{
    error::Code,
    games::{
        api::update_game,
        details_form::{DetailsDraft, DetailsFields},
        types::{GameCard, GameUpdate},
    },
    live::{types::Topic, versions::Versions},
    ui::{
        button::{Button, Look},
        dialog::{Dialog, open_while},
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
