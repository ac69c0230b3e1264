//! Where the program that renders elsewhere says how far it is: a door without a session, whose messages are signed.

use super::{
    calls,
    message::{Answer, SIGNATURE, TIMESTAMP, Word, is_signed},
};
use crate::{
    domain::ids::JobId,
    error::{ApiError, Code},
    server::{db::now_ms, reply::PathId, state::AppState},
};
use axum::{Json, body::Bytes, extract::State, http::HeaderMap};

/// `POST /remote/calls/{job}` with a [`Word`].
pub async fn hear(
    State(app): State<AppState>,
    PathId(job): PathId<JobId>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Answer>, ApiError> {
    let refused = || ApiError::new(Code::SignInNeeded, "The message is not signed with this call's key.");
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let word: Word = serde_json::from_slice(&body)
        .map_err(|_| ApiError::new(Code::Malformed, "The body is not a message of a call."))?;
    let timestamp = header(TIMESTAMP).and_then(|text| text.parse().ok()).ok_or_else(refused)?;
    let signature = header(SIGNATURE).ok_or_else(refused)?;
    // A call that is not known any more, or was replaced: its key is gone with it, and nobody waits for it.
    let Some(row) = calls::get(&app.db, &job).await?.filter(|row| row.call == word.call) else {
        return Err(ApiError::not_found("call"));
    };
    if !is_signed(&row.secret, (timestamp, now_ms() / 1000), &job, &word, &body, signature) {
        return Err(refused());
    }
    calls::heard(&app.db, &word).await?;
    let cancel = !calls::is_wanted(&app.db, &job).await?;
    Ok(Json(Answer { cancel }))
}
