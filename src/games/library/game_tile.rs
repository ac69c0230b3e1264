//! A game's card: the whole of it leads to Annotate.

use super::{
    games_tab::{Target, counted},
    poster::GamePoster,
};
use crate::{
    games::types::GameCard,
    ui::{
        labels::{Score, Tally},
        menu::{Menu, MenuItem},
    },
};
use leptos::prelude::*;

#[component]
pub fn GameTile(card: GameCard, editing: Target, deleting: Target) -> impl IntoView {
    let (name, counts) = (card.details.name(), card.tally);
    let (to_edit, to_delete) = (card.clone(), card.clone());
    view! {
        <article class="card card--game">
            <GamePoster card=card.clone() />
            <div class="card__body">
                <div class="card__head">
                    <h3 class="card__title"><a href=format!("/games/{}", card.id)>{name.clone()}</a></h3>
                    <Score counts />
                    <Menu label=format!("More for {name}")>
                        <MenuItem icon="text" on_press=move || editing.set(Some(to_edit.clone()))>"Edit details"</MenuItem>
                        <MenuItem icon="trash" danger=true on_press=move || deleting.set(Some(to_delete.clone()))>
                            "Delete game"
                        </MenuItem>
                    </Menu>
                </div>
                <p class="card__meta">
                    <span>{card.details.venue.label()}</span>
                    <span>{counted(counts.clips(), "clip")}</span>
                </p>
                <Tally counts />
            </div>
        </article>
    }
    .into_any()
}
