//! A game's card: the whole of it leads to Annotate.

use super::{
    games_tab::{Target, counted},
    poster::GamePoster,
};
use crate::{
    browser::pointer,
    games::types::GameCard,
    live::versions::Versions,
    trash::{types::Item, undo::put_away},
    ui::{
        labels::{Score, Tally},
        menu::{Menu, MenuItem},
        toast::Toasts,
    },
};
use leptos::{ev, prelude::*, task::spawn_local};

#[component]
pub fn GameTile(card: GameCard, editing: Target) -> impl IntoView {
    let (name, counts) = (card.details.name(), card.tally);
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let to_edit = card.clone();
    let (item, known) = (Item::Game(card.id.clone()), name.clone());
    let delete = move || {
        let (item, name) = (item.clone(), known.clone());
        spawn_local(async move {
            put_away(item, name, versions, toasts).await;
        });
    };
    // Where a mouse is over it, from left (0) to right (1): the poster shows that part of the game.
    let part = RwSignal::new(None::<f64>);
    let look = move |event: ev::PointerEvent| {
        if event.pointer_type() == "mouse"
            && let Some(card) = pointer::listener(&event)
        {
            part.set(Some(pointer::fraction(&card, event.client_x(), event.client_y()).0));
        }
    };
    view! {
        <article class="card card--game" on:pointermove=look on:pointerleave=move |_| part.set(None)>
            <GamePoster card=card.clone() part />
            <div class="card__body">
                <div class="card__head">
                    <h3 class="card__title"><a href=format!("/games/{}", card.id)>{name.clone()}</a></h3>
                    <Score counts />
                    <Menu label=format!("More for {name}")>
                        <MenuItem icon="text" on_press=move || editing.set(Some(to_edit.clone()))>"Edit details"</MenuItem>
                        <MenuItem icon="trash" danger=true on_press=delete>"Delete game"</MenuItem>
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
