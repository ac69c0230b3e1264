//! The browser's own notifications, for who looks at something else meanwhile.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationOptions, NotificationPermission};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// This browser, or this address (they want HTTPS or localhost), has none.
    Unsupported,
    NotAsked,
    Granted,
    Denied,
}

pub fn permission() -> Permission {
    if !js_sys::Reflect::has(&window(), &JsValue::from_str("Notification")).unwrap_or(false)
        || !window().is_secure_context()
    {
        return Permission::Unsupported;
    }
    read(Notification::permission())
}

fn read(permission: NotificationPermission) -> Permission {
    match permission {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Denied => Permission::Denied,
        _ => Permission::NotAsked,
    }
}

/// Asks the user; to be called from a click.
pub async fn ask() -> Permission {
    if let Ok(answer) = Notification::request_permission() {
        // What was chosen is read afterwards: older browsers do not answer by the promise.
        let _ = JsFuture::from(answer).await;
    }
    permission()
}

/// Shows one, if that is allowed. Several tabs that show the same `tag` show it once. A click comes back to this tab.
pub fn show(title: &str, body: &str, tag: &str) {
    if permission() != Permission::Granted {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(tag);
    // Some phones allow them to service workers only, and throw here.
    let Ok(notification) = Notification::new_with_options(title, &options) else { return };
    let shown = notification.clone();
    let back: JsValue = Closure::once_into_js(move || {
        let _ = window().focus();
        shown.close();
    });
    notification.set_onclick(back.dyn_ref());
}
