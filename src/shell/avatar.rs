//! Who is signed in: the way to the settings.

use crate::{
    accounts::{api::current_viewer, types::Viewer},
    error::ApiError,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Who is signed in, asked once for the whole document. Pages stand inside of what waits for something: a resource that is made
/// there may be made twice, and the browser then counts otherwise than the server did.
#[derive(Clone, Copy)]
pub struct CurrentViewer(pub Resource<Result<Viewer, ApiError>>);

/// Provides [`CurrentViewer`] to what stands below; inside of the router.
#[component]
pub fn ViewerProvider(children: Children) -> impl IntoView {
    let path = use_location().pathname;
    // Who is about to sign in is nobody yet: asking would be refused, and the page with it.
    let is_inside = Memo::new(move |_| path.with(|path| path != "/login"));
    provide_context(CurrentViewer(Resource::new(
        move || is_inside.get(),
        async |is_inside| {
            if is_inside { current_viewer().await } else { Err(ApiError::not_found("viewer")) }
        },
    )));
    children()
}

impl CurrentViewer {
    pub fn expect() -> Self {
        expect_context()
    }
}

/// "MK" of "Maya Kellner".
fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(2).flat_map(char::to_uppercase).collect()
}

#[component]
pub fn Avatar() -> impl IntoView {
    let CurrentViewer(viewer) = CurrentViewer::expect();
    view! {
        <a class="avatar" href="/settings" title="Settings">
            <Suspense>
                {move || Suspend::new(async move {
                    viewer.await.map(|viewer| initials(&viewer.name)).unwrap_or_default()
                })}
            </Suspense>
            <span class="visually-hidden">" Settings"</span>
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn two_letters_at_most() {
        assert_eq!(initials("Maya Kellner"), "MK");
        assert_eq!(initials(" ana  b c"), "AB");
        assert_eq!(initials(""), "");
    }
}
