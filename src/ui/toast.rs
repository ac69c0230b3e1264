//! Toasts: what just happened, with at most one way to take it back.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Error,
}

#[derive(Clone)]
pub struct Toast {
    pub id: u64,
    pub text: String,
    pub tone: Tone,
    /// The label of a button and what it does.
    pub action: Option<(String, Callback<()>)>,
}

/// The toasts of this tab, in context.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl Toasts {
    pub fn provide() -> Self {
        let toasts = Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        provide_context(toasts);
        toasts
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn say(self, text: impl Into<String>) {
        self.push(text.into(), Tone::Plain, None);
    }

    pub fn error(self, text: impl Into<String>) {
        self.push(text.into(), Tone::Error, None);
    }

    pub fn with_action(self, text: impl Into<String>, label: impl Into<String>, act: Callback<()>) {
        self.push(text.into(), Tone::Plain, Some((label.into(), act)));
    }

    pub fn close(self, id: u64) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }

    pub fn all(self) -> Vec<Toast> {
        self.list.get()
    }

    fn push(self, text: String, tone: Tone, action: Option<(String, Callback<()>)>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.list.update(|list| list.push(Toast { id, text, tone, action }));
    }
}

/// Where toasts stand.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = Toasts::expect();
    view! {
        <div class="toasts" role="status">
            <For each=move || toasts.all() key=|toast| toast.id let:toast>
                <div class="toast">{toast.text.clone()}</div>
            </For>
        </div>
    }
}
