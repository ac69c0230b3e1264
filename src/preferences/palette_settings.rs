//! Settings: the tags of each sport, with their keys, colours and reach.

use super::{
    editing::Setup,
    tag_dialog::{Edited, TagDialog},
};
use crate::{
    browser::storage,
    clips::palette::TagFace,
    domain::{
        palette::{Group, Tag},
        tags::Sport,
    },
    games::details_form::LAST_SPORT,
    ui::{
        button::{Button, Look, Size},
        choice::Choice,
    },
};
use leptos::prelude::*;

#[component]
pub fn PaletteSettings(setup: Setup) -> impl IntoView {
    let sport = RwSignal::new(Sport::default());
    // The sport of the last game, which only the browser knows.
    Effect::new(move |_| {
        if let Some(last) = storage::get(LAST_SPORT).and_then(|code| code.parse().ok()) {
            sport.set(last);
        }
    });
    let palette = Memo::new(move |_| setup.now.with(|now| now.palette(sport.get()).clone()));
    let is_own = Memo::new(move |_| setup.now.with(|now| now.own(sport.get()).is_some()));
    let editing = RwSignal::new(None::<Edited>);
    let reset = move |()| {
        let (sport, before) = (sport.get_untracked(), palette.get_untracked());
        setup.press(
            format!("{sport} has its usual tags again"),
            move |now| {
                now.palettes.retain(|own| own.sport != sport);
                Ok(())
            },
            move |now| {
                if now.own(sport).is_some() {
                    return Err("These tags were changed since: what you had is not put over that.".to_owned());
                }
                now.set_palette(sport, before.clone());
                Ok(())
            },
        );
    };
    let groups = move || {
        let tag = |tag: &Tag| {
            let name = tag.name.clone();
            view! {
                <button class="tag" type="button" title="Change this tag" on:click=move |_| editing.set(Some(Edited::Known(name.clone())))>
                    <TagFace tag=tag.clone() /><span class="visually-hidden">". Change"</span>
                </button>
            }
        };
        let group = |group: &Group| {
            view! {
                <span class="palette__group">{group.name.clone()}</span>
                <div class="palette__tags">{group.tags.iter().map(tag).collect_view()}</div>
            }
        };
        palette.with(|palette| palette.groups.iter().map(group).collect_view())
    };
    view! {
        <section class="settings__group" aria-labelledby="tags-title">
            <h2 class="section__title" id="tags-title">"Tags"</h2>
            <p class="muted settings__note">"Press a tag to change its name, key, colour, and how much its key marks. Clips keep the tags that they have."</p>
            <Choice label="Sport" items=Signal::stored(Sport::ALL.map(|sport| (sport, sport.to_string())).to_vec()) value=sport.into()
                on_choose=Callback::new(move |chosen| sport.set(chosen)) />
            <div class="palette palette--settings" role="group" aria-label="Tags of this sport">{groups}</div>
            <div class="button-row">
                <Button look=Look::Outline size=Size::Small icon="plus" on_press=move |()| editing.set(Some(Edited::New))>"Add tag"</Button>
                <Show when=move || is_own.get()>
                    <Button look=Look::Quiet size=Size::Small on_press=reset>"Tags as they were"</Button>
                </Show>
            </div>
            <TagDialog setup sport palette editing />
        </section>
    }
}
