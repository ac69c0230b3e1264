//! Pages that are built once and stay fresh: a refetch changes what they show, not the page, so that focus, scroll and
//! open menus outlive what happens elsewhere.

use crate::error::ApiError;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    future::{IntoFuture, poll_fn},
    pin::pin,
};

/// What is loaded with `Resource`, an answer or why there is none.
pub type Loaded<T> = Resource<Result<T, ApiError>>;

/// Follows a resource: the newest good answer; an error leaves what was there. Call it beside the resource, outside of
/// any `Suspend`.
#[derive(Debug)]
pub struct Fresh<T: Send + Sync + 'static> {
    resource: Loaded<T>,
    newest: RwSignal<Option<T>>,
}

// Whatever T is: both are handles.
impl<T: Send + Sync + 'static> Copy for Fresh<T> {}
impl<T: Send + Sync + 'static> Clone for Fresh<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static> Fresh<T> {
    pub fn new(resource: Loaded<T>) -> Self {
        let newest = RwSignal::new(None);
        Effect::new(move |_| {
            if let Some(Ok(answer)) = resource.get()
                && newest.with_untracked(|known| known.as_ref() != Some(&answer))
            {
                newest.set(Some(answer));
            }
        });
        Self { resource, newest }
    }

    /// The first answer, as a signal of that and of all that follow. Awaited in a `Suspend`, which is run again only while
    /// there was an error.
    ///
    /// # Errors
    /// Those of the resource.
    pub async fn first(self) -> Result<Signal<T>, ApiError> {
        let mut asked = pin!(self.resource.into_future());
        match poll_fn(|context| untrack(|| asked.as_mut().poll(context))).await {
            Ok(first) => {
                let first = StoredValue::new(first);
                let newest = self.newest;
                Ok(Signal::derive(move || newest.get().unwrap_or_else(|| first.get_value())))
            }
            Err(error) => {
                self.resource.track();
                Err(error)
            }
        }
    }

    pub fn refetch(self) {
        self.resource.refetch();
    }
}
