//! The document, the routes, and what stands on every page.

use crate::{
    accounts::{login::LoginPage, settings::SettingsPage},
    exports::{jobs_page::JobsPage, progress::Paces},
    gallery::page::GalleryPage,
    games::{annotate::AnnotatePage, library::LibraryPage, new::NewGamePage},
    live::versions::Versions,
    reels::{editor::ReelPage, new::NewReelPage},
    shell::{avatar::ViewerProvider, not_found::NotFoundPage},
    trash::page::StoragePage,
    ui::{
        icon::IconSprite,
        toast::{ToastRegion, Toasts},
    },
    uploads::queue::UploadQueue,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::{
    Lazy, LazyRoute, SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// Sets the chosen theme before the first paint, so that the page never flashes in the other one.
const THEME_SCRIPT: &str =
    "try{var t=localStorage.getItem('theme');if(t)document.documentElement.dataset.theme=t}catch(e){}";

/// When the server began with a page, in milliseconds: what changes from then on, the tab has to hear.
#[derive(Debug, Clone, Copy)]
pub struct RenderedAt(pub i64);

/// The HTML document around [`App`].
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="dark light" />
                {use_context::<RenderedAt>().map(|RenderedAt(at)| view! { <meta name="rendered-at" content=at.to_string() /> })}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <script nonce=use_nonce()>{THEME_SCRIPT}</script>
                <AutoReload options=options.clone() />
                <HydrationScripts options=options.clone() />
                <HashedStylesheet options id="touchline" />
                <MetaTags />
            </head>
            <body>
                <App />
                // Here and not in the app: a browser has it from the server, its WASM need not bring it again.
                <IconSprite />
            </body>
        </html>
    }
}

/// A page whose code the browser fetches when it is first opened, so that the library comes fast. Only what `make build`
/// builds is split (feature `split`): without it all pages are in one file.
macro_rules! lazy_page {
    ($route:ident, $page:ident) => {
        struct $route;

        #[cfg(feature = "split")]
        #[leptos_router::lazy_route]
        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            fn view(this: Self) -> AnyView {
                let _ = this;
                #[cfg(feature = "ssr")]
                crate::shell::page_code::announce();
                view! { <$page /> }.into_any()
            }
        }

        #[cfg(not(feature = "split"))]
        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> AnyView {
                view! { <$page /> }.into_any()
            }
        }
    };
}

lazy_page!(NewGameRoute, NewGamePage);
lazy_page!(AnnotateRoute, AnnotatePage);
lazy_page!(NewReelRoute, NewReelPage);
lazy_page!(ReelRoute, ReelPage);
lazy_page!(GalleryRoute, GalleryPage);
lazy_page!(JobsRoute, JobsPage);
lazy_page!(SettingsRoute, SettingsPage);
lazy_page!(StorageRoute, StoragePage);
lazy_page!(LoginRoute, LoginPage);

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let versions = Versions::provide();
    let toasts = Toasts::provide();
    let _ = UploadQueue::provide(versions, toasts);
    provide_context(Paces::new());
    // Effects run in the browser only.
    Effect::new(move |_| crate::browser::started(versions));

    view! {
        <Title formatter=|title: String| if title.is_empty() { "Touchline".to_owned() } else { format!("{title} · Touchline") } />
        <Router>
          <ViewerProvider>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/") view=LibraryPage ssr=SsrMode::Async />
                <Route path=path!("/games/new") view={Lazy::<NewGameRoute>::new()} ssr=SsrMode::Async />
                <Route path=path!("/games/:id") view={Lazy::<AnnotateRoute>::new()} ssr=SsrMode::Async />
                <Route path=path!("/reels/new") view={Lazy::<NewReelRoute>::new()} ssr=SsrMode::Async />
                <Route path=path!("/reels/:id") view={Lazy::<ReelRoute>::new()} ssr=SsrMode::Async />
                <Route path=path!("/gallery") view={Lazy::<GalleryRoute>::new()} ssr=SsrMode::Async />
                <Route path=path!("/jobs") view={Lazy::<JobsRoute>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings") view={Lazy::<SettingsRoute>::new()} ssr=SsrMode::Async />
                <Route path=path!("/storage") view={Lazy::<StorageRoute>::new()} ssr=SsrMode::Async />
                <Route path=path!("/login") view={Lazy::<LoginRoute>::new()} ssr=SsrMode::Async />
            </Routes>
          </ViewerProvider>
        </Router>
        <ToastRegion />
    }
}
