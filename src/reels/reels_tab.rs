//! The reels of the library, a group for each season in which they were last changed.

use super::{
    api::delete_reel,
    reel_tile::{ReelTile, status_words},
    types::{ReelCard, ReelStatus},
};
use crate::{
    domain::{aspect::Aspect, calendar::Day},
    games::library::{address::Address, games_tab::counted},
    live::versions::Versions,
    ui::{
        dialog::{ConfirmDialog, open_while},
        icon::Icon,
        labels::FilterChip,
        notice::EmptyNotice,
        toast::Toasts,
    },
};
use leptos::{prelude::*, task::spawn_local};

const STATUSES: [ReelStatus; 5] =
    [ReelStatus::NotStarted, ReelStatus::Editing, ReelStatus::Framed, ReelStatus::Exporting, ReelStatus::Complete];

impl Address {
    pub fn keeps_reel(&self, card: &ReelCard) -> bool {
        let text = self.text.to_lowercase();
        card.name.to_lowercase().contains(&text)
            && self.status.as_ref().is_none_or(|code| code == status_words(card.status).0)
            && self.aspect.is_none_or(|aspect| aspect == card.aspect)
    }
}

#[component]
pub fn ReelsTab(reels: Vec<ReelCard>, address: Memo<Address>) -> impl IntoView {
    if reels.is_empty() {
        return view! { <NoReels /> }.into_any();
    }
    let deleting = RwSignal::new(None::<ReelCard>);
    let shown = move || {
        address.with(|address| reels.iter().filter(|card| address.keeps_reel(card)).cloned().collect::<Vec<_>>())
    };
    view! {
        <div class="toolbar">
            <ReelFilters address />
            <a class="button button--outline" href="/reels/new">
                <Icon name="plus" />
                <span class="button__text">"New reel"</span>
            </a>
        </div>
        {move || match shown() {
            none if none.is_empty() => view! { <NoMatch /> }.into_any(),
            list => {
                by_season(list)
                    .into_iter()
                    .map(|(season, cards)| view! { <SeasonGroup season cards deleting /> })
                    .collect_view()
                    .into_any()
            }
        }}
        <DeleteReel target=deleting />
    }
    .into_any()
}

/// The order of the list stays.
fn by_season(list: Vec<ReelCard>) -> Vec<(String, Vec<ReelCard>)> {
    let mut groups: Vec<(String, Vec<ReelCard>)> = Vec::new();
    for card in list {
        let season = Day::of_ms(card.updated_at).season().to_string();
        match groups.iter_mut().find(|(known, _)| *known == season) {
            Some((_, cards)) => cards.push(card),
            None => groups.push((season, vec![card])),
        }
    }
    groups
}

#[component]
fn SeasonGroup(season: String, cards: Vec<ReelCard>, deleting: RwSignal<Option<ReelCard>>) -> impl IntoView {
    view! {
        <details class="library-group" open>
            <summary class="section__head">
                <h2 class="disclosure"><Icon name="chevron" class="icon--sm" />{season}</h2>
                <span class="section__note">{counted(cards.len(), "reel")}</span>
                <span class="section__rule"></span>
            </summary>
            <div class="grid">{cards.into_iter().map(|card| view! { <ReelTile card deleting /> }).collect_view()}</div>
        </details>
    }
    .into_any()
}

#[component]
fn ReelFilters(address: Memo<Address>) -> impl IntoView {
    view! {
        <div class="chips chips--scroll" role="group" aria-label="Filter reels">
            {STATUSES
                .map(|status| {
                    let (code, word, _) = status_words(status);
                    let is_active = Memo::new(move |_| address.with(|it| it.status.as_deref() == Some(code)));
                    let href = move || {
                        let status = (!is_active.get()).then(|| code.to_owned());
                        Address { status, ..address.get() }.href()
                    };
                    view! { <FilterChip label=word active=is_active href=href /> }
                })}
            {Aspect::ALL
                .map(|aspect| {
                    let is_active = Memo::new(move |_| address.with(|it| it.aspect == Some(aspect)));
                    let href = move || Address { aspect: (!is_active.get()).then_some(aspect), ..address.get() }.href();
                    view! { <FilterChip label=aspect.label() active=is_active href=href /> }
                })}
        </div>
    }
}

#[component]
fn NoReels() -> impl IntoView {
    view! {
        <div class="section">
            <EmptyNotice
                title="No reels yet"
                text="Build one from your clips. A clip that you rate brilliant starts a reel by itself."
            >
                <a class="button button--primary button--lg" href="/reels/new"><span class="button__text">"New reel"</span></a>
            </EmptyNotice>
        </div>
    }
}

#[component]
fn NoMatch() -> impl IntoView {
    view! {
        <EmptyNotice title="No reels found" text="No reel has all that the search and the filters ask for.">
            <a class="button button--primary button--lg" href="/?tab=reels"><span class="button__text">"Show all reels"</span></a>
        </EmptyNotice>
    }
}

#[component]
fn DeleteReel(target: RwSignal<Option<ReelCard>>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let open = open_while(target);
    let title =
        move || target.with(|card| card.as_ref().map(|card| format!("Delete {}?", card.name)).unwrap_or_default());
    let delete = move || {
        let Some(card) = target.get_untracked() else { return };
        open.set(false);
        spawn_local(async move {
            match delete_reel(card.id.clone()).await {
                Ok(()) => {
                    versions.bump_all();
                    toasts.say(format!("{} deleted", card.name));
                }
                Err(error) => toasts.error(error.to_string()),
            }
        });
    };
    view! {
        <ConfirmDialog
            open
            title
            text="Its order and framing are gone for good. Clips, videos and exported files stay."
            verb="Delete reel"
            on_confirm=delete
        />
    }
}
