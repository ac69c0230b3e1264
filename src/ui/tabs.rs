//! Tabs that are links: each has its own address.

use leptos::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    pub words: &'static str,
    pub href: String,
    pub count: Option<usize>,
    pub is_current: bool,
}

#[component]
pub fn Tabs(label: &'static str, #[prop(into)] tabs: Signal<Vec<Tab>>) -> impl IntoView {
    view! {
        <nav class="tabs" aria-label=label>
            {move || {
                tabs.get()
                    .into_iter()
                    .map(|tab| {
                        view! {
                            <a class="tab" data-noscroll="" href=tab.href aria-current=tab.is_current.then_some("page")>
                                {tab.words}
                                {tab.count.map(|count| view! { <span class="tab__count">{count}</span> })}
                            </a>
                        }
                    })
                    .collect_view()
            }}
        </nav>
    }
}
