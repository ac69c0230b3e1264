//! The object store: where recordings, posters and finished reels lie. One client speaks S3 to every store, the built-in
//! one on local disk included. Only here are `aws_*` and `s3s` named.

pub mod cache;
pub mod client;
pub mod config;
pub mod disposition;
pub mod doctor;
pub mod error;
pub mod keys;
pub mod local;
mod multipart;
pub mod presign;
pub mod ranges;
mod registry;
#[cfg(test)]
mod tests;

pub use cache::{CacheConfig, LocalFile};
pub use client::{ObjectInfo, ObjectStore};
pub use config::{PublicBase, StoreConfig};
pub use doctor::cors_rule;
pub use error::{StoreError, StoreErrorKind};
pub use keys::ObjectKey;
pub use local::{AllowedOrigins, LocalStore, local_file_path, open_local_file};
pub use multipart::{CompletedObject, PartInfo};
pub use presign::{Disposition, Presigned};
