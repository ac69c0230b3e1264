//! Things that exist only while somebody uses them, by name: locks of uploads, marks of files in use.

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Debug)]
pub(super) struct Registry<T>(Arc<Mutex<HashMap<String, Arc<T>>>>);

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Registry<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Default> Registry<T> {
    /// The thing of that name, made if nobody uses it yet.
    pub(super) fn claim(&self, name: &str) -> Claim<T> {
        let mut table = self.lock();
        let thing = Arc::clone(table.entry(name.to_owned()).or_default());
        Claim { name: name.to_owned(), thing, registry: self.clone() }
    }

    /// Does `work` unless the name is in use; nobody can claim it meanwhile.
    pub(super) fn unless_used<R>(&self, name: &str, work: impl FnOnce() -> R) -> Option<R> {
        let table = self.lock();
        (!table.contains_key(name)).then(work)
    }
}

impl<T> Registry<T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(super) struct Claim<T> {
    name: String,
    thing: Arc<T>,
    registry: Registry<T>,
}

impl<T> Deref for Claim<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.thing
    }
}

impl<T> Drop for Claim<T> {
    fn drop(&mut self) {
        let mut table = self.registry.lock();
        // The table's own and this one: the last user leaves.
        if Arc::strong_count(&self.thing) == 2 {
            table.remove(&self.name);
        }
    }
}
