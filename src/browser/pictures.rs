//! Pictures that are drawn onto a canvas: each address is loaded once.

use std::{cell::RefCell, collections::HashMap, rc::Rc};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::HtmlImageElement;

/// No more are kept: what is typed leaves one for each letter behind.
const MOST: usize = 40;

#[derive(Default)]
struct Kept {
    loaded: HashMap<String, HtmlImageElement>,
    /// What each place showed last.
    last: HashMap<String, HtmlImageElement>,
}

/// Made in the browser only.
#[derive(Clone, Default)]
pub struct Pictures(Rc<RefCell<Kept>>);

impl Pictures {
    /// The picture of an address; while it is on its way, what `place` showed before. `on_ready` is called when it is there.
    pub fn get(&self, place: &str, address: &str, on_ready: impl FnOnce() + 'static) -> Option<HtmlImageElement> {
        let mut kept = self.0.borrow_mut();
        let known = kept.loaded.get(address).cloned();
        let image = if let Some(image) = known {
            image
        } else {
            if kept.loaded.len() >= MOST {
                kept.loaded.clear();
                kept.last.clear();
            }
            let image = HtmlImageElement::new().ok()?;
            image.set_onload(Some(Closure::once_into_js(on_ready).unchecked_ref()));
            // One that could not be had is asked for again when it is wanted next.
            let (all, failed) = (Rc::downgrade(&self.0), address.to_owned());
            let forget = move || {
                if let Some(all) = all.upgrade() {
                    all.borrow_mut().loaded.remove(&failed);
                }
            };
            image.set_onerror(Some(Closure::once_into_js(forget).unchecked_ref()));
            image.set_src(address);
            kept.loaded.insert(address.to_owned(), image.clone());
            image
        };
        if image.complete() && image.natural_width() > 0 {
            kept.last.insert(place.to_owned(), image.clone());
            return Some(image);
        }
        kept.last.get(place).cloned()
    }
}
