//! Keeps the screen on while bytes are sent: a phone that sleeps sends nothing.

use super::{js, page};
use leptos::task::spawn_local;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsValue;

/// Held as long as this lives, and taken again whenever the tab comes back to the front.
pub struct WakeLock {
    sentinel: Rc<RefCell<Option<JsValue>>>,
}

impl WakeLock {
    pub fn new() -> Self {
        let lock = Self { sentinel: Rc::default() };
        lock.renew();
        lock
    }

    /// The browser takes it away from a hidden tab.
    pub fn renew(&self) {
        if !page::is_visible() {
            return;
        }
        let Some(manager) = js::get(&leptos::prelude::window().navigator(), "wakeLock") else { return };
        let place = Rc::downgrade(&self.sentinel);
        spawn_local(async move {
            let Ok(asked) = js::call(&manager, "request", &["screen".into()]) else { return };
            let Ok(sentinel) = js::settled(asked).await else { return };
            match place.upgrade() {
                Some(place) => release(place.replace(Some(sentinel))),
                None => release(Some(sentinel)),
            }
        });
    }
}

impl Drop for WakeLock {
    fn drop(&mut self) {
        release(self.sentinel.take());
    }
}

fn release(sentinel: Option<JsValue>) {
    if let Some(sentinel) = sentinel
        && let Ok(released) = js::call(&sentinel, "release", &[])
    {
        spawn_local(async move { drop(js::settled(released).await) });
    }
}
