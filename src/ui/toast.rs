//! Toasts: what just happened, with at most two ways on.

use super::icon::Icon;
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::time::Duration;

/// How long a toast without actions stays while nobody points at it.
const STAY: Duration = Duration::from_secs(6);
const MAX_ACTIONS: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Error,
}

/// The label of a button and what it does.
pub type ToastAction = (String, Callback<()>);

#[derive(Clone)]
pub struct Toast {
    pub id: u64,
    pub text: String,
    pub tone: Tone,
    /// With actions it stays until the next such toast, or until it is closed.
    pub actions: Vec<ToastAction>,
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
        self.push(text.into(), Tone::Plain, Vec::new());
    }

    pub fn error(self, text: impl Into<String>) {
        self.push(text.into(), Tone::Error, Vec::new());
    }

    pub fn with_action(self, text: impl Into<String>, label: impl Into<String>, act: Callback<()>) {
        self.with_actions(text, vec![(label.into(), act)]);
    }

    /// At most two of them are shown.
    pub fn with_actions(self, text: impl Into<String>, mut actions: Vec<ToastAction>) {
        actions.truncate(MAX_ACTIONS);
        self.push(text.into(), Tone::Plain, actions);
    }

    /// What was offered is out of date: something else was done since.
    pub fn retract_actions(self) {
        self.list.try_update(|list| list.retain(|toast| toast.actions.is_empty()));
    }

    /// Takes it away; one that is gone already stays gone.
    pub fn close(self, id: u64) {
        self.list.try_update(|list| list.retain(|toast| toast.id != id));
    }

    pub fn all(self) -> Vec<Toast> {
        self.list.get()
    }

    fn of(self, tone: Tone) -> Vec<Toast> {
        self.list.with(|list| list.iter().filter(|toast| toast.tone == tone).cloned().collect())
    }

    fn push(self, text: String, tone: Tone, actions: Vec<ToastAction>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.list.update(|list| {
            if !actions.is_empty() {
                list.retain(|toast| toast.actions.is_empty());
            }
            list.push(Toast { id, text, tone, actions });
        });
    }
}

/// An action that outlives the page that offers it: a callback goes with the owner under which it is made.
pub fn lasting(act: impl Fn() + Send + Sync + 'static) -> Callback<()> {
    let page = Owner::current();
    let own = Owner::new_root(None);
    if let Some(page) = page {
        page.set();
    }
    let kept = own.clone();
    own.with(move || {
        Callback::new(move |()| {
            let _ = &kept;
            act();
        })
    })
}

/// Where toasts stand. Both regions are there from the start, so that a reader announces what comes into them.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = Toasts::expect();
    view! {
        <div class="toasts">
            <div class="toasts__region" role="status">
                <For each=move || toasts.of(Tone::Plain) key=|toast| toast.id let:toast><ToastCard toast /></For>
            </div>
            <div class="toasts__region" role="alert">
                <For each=move || toasts.of(Tone::Error) key=|toast| toast.id let:toast><ToastCard toast /></For>
            </div>
        </div>
    }
}

#[component]
fn ToastCard(toast: Toast) -> impl IntoView {
    let toasts = Toasts::expect();
    let Toast { id, text, tone, actions } = toast;
    let leaves = actions.is_empty();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let hold = move || {
        if let Some(running) = timer.try_update_value(Option::take).flatten() {
            running.clear();
        }
    };
    let release = move || {
        hold();
        if leaves {
            timer.set_value(set_timeout_with_handle(move || toasts.close(id), STAY).ok());
        }
    };
    Effect::new(move |_| release());
    on_cleanup(hold);
    view! {
        <div
            class="toast"
            class:toast--error=tone == Tone::Error
            on:pointerenter=move |_| hold()
            on:pointerleave=move |_| release()
            on:focusin=move |_| hold()
            on:focusout=move |_| release()
        >
            <Icon name=if tone == Tone::Error { "warn" } else { "check" } />
            <span>{text}</span>
            {actions
                .into_iter()
                .map(|(label, act)| {
                    let press = move |_| {
                        toasts.close(id);
                        // The page that could do it may be gone.
                        let _ = act.try_run(());
                    };
                    view! { <button class="toast__action" type="button" on:click=press>{label}</button> }
                })
                .collect_view()}
            <button class="icon-button icon-button--sm" type="button" aria-label="Close" title="Close" on:click=move |_| toasts.close(id)>
                <Icon name="close" class="icon--sm" />
            </button>
        </div>
    }
}
