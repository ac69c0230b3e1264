//! Locks between the tabs of this browser. They go when their tab goes, whatever way. Where there are none (plain http on
//! another machine) everybody gets what he asks for.

use super::js;
use js_sys::Promise;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

fn manager() -> Option<JsValue> {
    js::get(&leptos::prelude::window().navigator(), "locks")
}

/// A lock that is held until this is dropped.
pub struct Lock(Option<SendWrapper<js_sys::Function>>);

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// The lock, unless another tab holds it.
pub async fn try_lock(name: &str) -> Option<Lock> {
    let Some(manager) = manager() else { return Some(Lock(None)) };
    request(&manager, name, true).await
}

/// Waits until no other tab holds the lock, and holds it.
pub async fn lock(name: &str) -> Option<Lock> {
    request(&manager()?, name, false).await
}

async fn request(manager: &JsValue, name: &str, if_available: bool) -> Option<Lock> {
    let (told, hears) = futures::channel::oneshot::channel::<Option<Lock>>();
    let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() || lock.is_undefined() {
            let _ = told.send(None);
            return JsValue::UNDEFINED;
        }
        // It is held until this promise is kept.
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let _ = told.send(Some(Lock(release.map(SendWrapper::new))));
        held.into()
    });
    let options = js::object(&[("ifAvailable", if_available.into())]);
    let asked = js::call(manager, "request", &[name.into(), options, granted]);
    if let Ok(asked) = asked {
        // It ends when the lock does; a refusal (the tab is going) is nothing to report.
        spawn_local(async move { drop(js::settled(asked).await) });
    } else {
        return Some(Lock(None));
    }
    hears.await.ok().flatten()
}

/// Names of all locks that any tab holds.
pub async fn held() -> Vec<String> {
    let held = async {
        let answer = js::settled(js::call(&manager()?, "query", &[]).ok()?).await.ok()?;
        let held: js_sys::Array = js::get(&answer, "held")?.dyn_into().ok()?;
        Some(held.iter().filter_map(|lock| js::get(&lock, "name")?.as_string()).collect())
    };
    held.await.unwrap_or_default()
}
