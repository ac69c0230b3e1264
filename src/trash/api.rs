//! Server functions of the trash.

use super::types::{Item, Overview};
use crate::{browser::client::TabClient, error::ApiError};
use leptos::prelude::*;
use server_fn::codec::Json;

#[server(endpoint = "trash/overview", input = Json, client = TabClient)]
pub async fn storage_overview() -> Result<Overview, ApiError> {
    crate::server::door::serve(async |door| super::service::overview(&door).await).await
}

/// Moves it to the trash.
#[server(endpoint = "trash/put", input = Json, client = TabClient)]
pub async fn put(item: Item) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::put(&door, &item).await).await
}

#[server(endpoint = "trash/restore", input = Json, client = TabClient)]
pub async fn restore(item: Item) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::restore(&door, &item).await).await
}

/// Deletes it for good.
#[server(endpoint = "trash/purge", input = Json, client = TabClient)]
pub async fn purge(item: Item) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::purge(&door, &item).await).await
}

/// Deletes all that is in the trash for good.
#[server(endpoint = "trash/empty", input = Json, client = TabClient)]
pub async fn empty() -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::empty(&door).await).await
}

/// Lets go of the rendered pieces that no running export needs; answers how many bytes are free now.
#[server(endpoint = "trash/free-pieces", input = Json, client = TabClient)]
pub async fn free_pieces() -> Result<i64, ApiError> {
    crate::server::door::serve(async |door| super::service::free_pieces(&door).await).await
}
