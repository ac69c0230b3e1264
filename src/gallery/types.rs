//! What travels about renditions.

use crate::{
    domain::{
        ids::{ReelId, RenditionId},
        time::Micros,
    },
    exports::types::ExportKind,
};
use serde::{Deserialize, Serialize};

/// Where a page plays a rendition; `/download` and `/poster` follow it.
pub fn media_path(id: &RenditionId) -> String {
    format!("/media/renditions/{id}")
}

/// A file that an export made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Rendition {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: RenditionId,
    pub name: String,
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub reel: Option<ReelId>,
    #[serde(default)]
    pub kind: ExportKind,
    /// Those that were made together have one; `/media/batches/{batch}/zip` has all of them.
    #[serde(default)]
    pub batch: Option<String>,
    pub bytes: i64,
    pub width: i64,
    pub height: i64,
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub duration: Micros,
    pub created_at: i64,
    /// Signed addresses that work for some hours: to play, and to download under its own name.
    pub url: String,
    pub download_url: String,
    pub poster_url: Option<String>,
}
