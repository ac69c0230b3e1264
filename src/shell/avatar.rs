//! Who is signed in: the way to the settings.

use crate::accounts::api::current_viewer;
use leptos::prelude::*;

/// "MK" of "Maya Kellner".
fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(2).flat_map(char::to_uppercase).collect()
}

#[component]
pub fn Avatar() -> impl IntoView {
    let viewer = Resource::new(|| (), |()| current_viewer());
    view! {
        <a class="avatar" href="/settings" aria-label="Settings" title="Settings">
            <Suspense>
                {move || Suspend::new(async move {
                    viewer.await.map(|viewer| initials(&viewer.name)).unwrap_or_default()
                })}
            </Suspense>
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
