//! Deleting, with the way back at hand.

use super::{
    api::{put, restore},
    types::Item,
};
use crate::{
    live::versions::Versions,
    ui::toast::{Toasts, lasting},
};
use leptos::task::spawn_local;

/// Moves something to the trash and says so, with the way back; whether it went.
pub async fn put_away(item: Item, name: String, versions: Versions, toasts: Toasts) -> bool {
    match put(item.clone()).await {
        Ok(()) => {
            versions.bump_all();
            let text = format!("{name} is in the trash");
            let back = lasting(move || bring_back(item.clone(), name.clone(), versions, toasts));
            toasts.with_action(text, "Undo", back);
            true
        }
        Err(error) => {
            toasts.error(error.to_string());
            false
        }
    }
}

pub fn bring_back(item: Item, name: String, versions: Versions, toasts: Toasts) {
    spawn_local(async move {
        match restore(item).await {
            Ok(()) => {
                versions.bump_all();
                toasts.say(format!("{name} is back"));
            }
            Err(error) => toasts.error(error.to_string()),
        }
    });
}
