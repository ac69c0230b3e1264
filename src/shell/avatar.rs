//! Who is signed in: the way to the settings.

use crate::{
    accounts::{api::current_viewer, types::Viewer},
    error::ApiError,
};
use leptos::prelude::*;

/// Who is signed in, asked once for the whole document. Pages stand inside of what waits for something: a resource that is made
/// there may be made twice, and the browser then counts otherwise than the server did.
#[derive(Clone, Copy)]
pub struct CurrentViewer(pub Resource<Result<Viewer, ApiError>>);

impl CurrentViewer {
    pub fn provide() {
        provide_context(Self(Resource::new(|| (), |()| current_viewer())));
    }

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
