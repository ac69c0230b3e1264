//! The search of the top bar: a form of the library, so that it works without JavaScript.

use crate::{browser::keys, ui::icon::Icon};
use leptos::{html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

#[component]
pub fn Search() -> impl IntoView {
    let query = use_query_map();
    let field = NodeRef::<html::Input>::new();
    let is_reels = Memo::new(move |_| query.with(|query| query.get("tab").as_deref() == Some("reels")));
    let text = Memo::new(move |_| query.with(|query| query.get("q")).unwrap_or_default());
    let navigate = use_navigate();
    let search = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        let address = match (is_reels.get_untracked(), typed.trim()) {
            (false, "") => "/".to_owned(),
            (true, "") => "/?tab=reels".to_owned(),
            (false, typed) => format!("/?q={}", leptos_router::location::Url::escape(typed)),
            (true, typed) => format!("/?tab=reels&q={}", leptos_router::location::Url::escape(typed)),
        };
        navigate(&address, NavigateOptions::default());
    };
    Effect::new(move |_| {
        keys::on_press(move |press| {
            let is_ours = press.is_plain() && press.key == "/";
            if let (true, Some(field)) = (is_ours, field.get_untracked()) {
                let _ = field.focus();
            }
            is_ours
        });
    });
    view! {
        <form class="search" role="search" action="/" method="get" on:submit=search>
            <Icon name="search" class="icon--sm" />
            <Show when=move || is_reels.get()><input type="hidden" name="tab" value="reels" /></Show>
            <input
                class="search__input"
                type="search"
                name="q"
                aria-label=move || if is_reels.get() { "Search reels" } else { "Search games, clips, players" }
                placeholder=move || if is_reels.get() { "Search reels" } else { "Games, clips, players" }
                node_ref=field
                value=text.get_untracked()
                prop:value=move || text.get()
            />
            <kbd>"/"</kbd>
        </form>
    }
}
