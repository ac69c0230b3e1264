//! Where one can go: the bar at the top, and the one at the bottom of a phone.

use super::{BrandMark, avatar::Avatar, search::Search};
use crate::ui::{icon::Icon, theme::ThemeToggle};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Address, word, icon.
type Place = (&'static str, &'static str, &'static str);

const PLACES: [Place; 4] = [
    ("/", "Library", "home"),
    ("/gallery", "Gallery", "gallery"),
    ("/jobs", "Jobs", "jobs"),
    ("/settings", "Settings", "settings"),
];

/// Which place a page belongs to: games and reels are in the library, what they take is behind the gallery.
fn place_of(path: &str) -> &'static str {
    let path = if path == "/storage" { "/gallery" } else { path };
    PLACES.into_iter().skip(1).find(|(href, ..)| path.starts_with(href)).map_or("/", |(href, ..)| href)
}

/// "page" for the link of the place where we are.
fn current(href: &'static str) -> impl Fn() -> Option<&'static str> + Clone {
    let path = use_location().pathname;
    move || path.with(|path| place_of(path) == href).then_some("page")
}

#[component]
pub fn TopBar() -> impl IntoView {
    view! {
        <header class="topbar">
            <a class="brand" href="/"><BrandMark />"Touchline"</a>
            <nav class="topbar__nav" aria-label="Main">
                {PLACES
                    .into_iter()
                    .take(3)
                    .map(|(href, word, _)| view! { <a class="nav-link" href=href aria-current=current(href)>{word}</a> })
                    .collect_view()}
            </nav>
            <div class="topbar__end">
                <Search />
                <ThemeToggle />
                <a class="button button--primary" href="/games/new" aria-label="Add game">
                    <Icon name="plus" />
                    <span class="button__text">"Add game"</span>
                </a>
                <Avatar />
            </div>
        </header>
    }
}

#[component]
pub fn TabBar() -> impl IntoView {
    view! {
        <nav class="tabbar" aria-label="Main">
            {PLACES
                .map(|(href, word, icon)| {
                    view! {
                        <a class="tabbar__item" href=href aria-current=current(href)>
                            <Icon name=icon />
                            {word}
                        </a>
                    }
                })}
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::place_of;

    #[test]
    fn games_and_reels_are_in_the_library() {
        for (path, place) in
            [("/", "/"), ("/games/new", "/"), ("/reels/x", "/"), ("/gallery", "/gallery"), ("/jobs", "/jobs")]
        {
            assert_eq!(place_of(path), place);
        }
    }
}
