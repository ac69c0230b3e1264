//! The built-in store: S3's protocol on a local folder and the database.

use super::{
    config::StoreConfig,
    error::StoreError,
    keys::ObjectKey,
};
use crate::server::db::Db;
use std::path::{Path, PathBuf};

/// The only bucket; also the first segment of the store's paths on the app's own origin.
pub const BUCKET: &str = "touchline-media";

/// Which origins besides the store's own may use it from a page. Every request is signed, so this guards nothing by
/// itself; it only keeps other sites from seeing answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    Any,
    List(Vec<String>),
}

/// A handle that is cheap to clone.
#[derive(Debug, Clone)]
pub struct LocalStore {}

impl LocalStore {
    /// Opens the store in `folder` (`objects/` and `storage-secret` appear in it) and clears away what a crash left.
    pub async fn open(folder: &Path, db: Db, origins: AllowedOrigins) -> Result<Self, StoreError> {
        unimplemented!()
    }

    /// How a client reaches this store at `endpoint`.
    pub fn store_config(&self, endpoint: &str, public_url: Option<String>) -> StoreConfig {
        unimplemented!()
    }

    /// Adds the store's paths (`/touchline-media`, `/touchline-media/`, `/touchline-media/{*key}`) to a router. Never
    /// under `nest`: the signed path must arrive whole.
    pub fn mount<S: Clone + Send + Sync + 'static>(&self, router: axum::Router<S>) -> axum::Router<S> {
        unimplemented!()
    }

    /// The file that holds the object.
    pub async fn path_of(&self, key: &ObjectKey) -> Result<PathBuf, StoreError> {
        unimplemented!()
    }
}
