//! Settings: who acts here, how it looks, and what this server is.

use super::{api::storage_usage, key_settings::KeySettings, storage_settings::StorageSettings, types::Viewer};
use crate::{
    live::{fresh::Fresh, types::Topic, versions::Versions},
    preferences::{
        api::get_preferences, editing::Setup, palette_settings::PaletteSettings, roster_settings::RosterSettings,
    },
    shell::{Page, avatar::CurrentViewer},
    ui::{notice::LoadError, theme::ThemeChoice},
    uploads::store_check::StoreCheck,
};
use leptos::prelude::*;

#[component]
pub fn SettingsPage() -> impl IntoView {
    let CurrentViewer(viewer) = CurrentViewer::expect();
    let versions = Versions::expect();
    let preferences = Fresh::new(Resource::new(move || versions.of(&Topic::Preferences), |_| get_preferences()));
    let usage = Resource::new(move || (versions.games.get(), versions.exports.get()), |_| storage_usage());
    view! {
        <Page title="Settings" narrow=true>
            <div class="page__head"><h1 class="page__title">"Settings"</h1></div>
            <div class="settings">
                <Suspense fallback=|| view! { <div class="skeleton page-skeleton" aria-busy="true"></div> }>
                    {move || Suspend::new(async move {
                        match viewer.await {
                            Ok(viewer) => view! { <Profile viewer /> }.into_any(),
                            Err(error) => view! { <LoadError error on_retry=move || viewer.refetch() /> }.into_any(),
                        }
                    })}
                </Suspense>
                <Appearance />
                <Suspense fallback=|| view! { <div class="skeleton page-skeleton" aria-busy="true"></div> }>
                    {move || Suspend::new(async move {
                        match preferences.first().await {
                            Ok(now) => {
                                let setup = Setup::new(now);
                                view! { <PaletteSettings setup /><RosterSettings setup /> }.into_any()
                            }
                            Err(error) => view! { <LoadError error on_retry=move || preferences.refetch() /> }.into_any(),
                        }
                    })}
                </Suspense>
                <KeySettings />
                <StorageSettings usage />
                <StoreCheck />
                <About />
            </div>
        </Page>
    }
}

#[component]
fn Profile(viewer: Viewer) -> impl IntoView {
    let session = if viewer.can_sign_out {
        view! {
            <div class="option">
                <span>"This browser is signed in"</span>
                <form action="/logout" method="post">
                    <button class="button button--outline" type="submit"><span class="button__text">"Sign out"</span></button>
                </form>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="option">
                <span>"Sign in"</span>
                <span class="muted">"Not needed on this computer"</span>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="settings__group" aria-labelledby="profile-title">
            <h2 class="section__title" id="profile-title">"Profile"</h2>
            <div class="option"><span>"Name"</span><span class="muted">{viewer.name}</span></div>
            {session}
        </section>
    }
}

#[component]
fn Appearance() -> impl IntoView {
    view! {
        <section class="settings__group" aria-labelledby="appearance-title">
            <h2 class="section__title" id="appearance-title">"Appearance"</h2>
            <div class="option"><span>"Theme"</span><ThemeChoice /></div>
        </section>
    }
}

#[component]
fn About() -> impl IntoView {
    view! {
        <section class="settings__group" aria-labelledby="about-title">
            <h2 class="section__title" id="about-title">"About"</h2>
            <div class="option"><span>"Version"</span><span class="muted num">{env!("CARGO_PKG_VERSION")}</span></div>
            <div class="option">
                <span>"Interface for scripts"</span>
                <a class="link" href="/api/openapi.json" rel="external">"OpenAPI description"</a>
            </div>
        </section>
    }
}
