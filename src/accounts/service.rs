//! The local account, sessions, and the password that guards a server which others can reach.

use super::{
    store,
    types::{AccountData, GameData, Usage, Viewer},
};
use crate::{
    clips,
    domain::ids::AccountId,
    error::{ApiError, Code},
    games::{self, types::GameQuery},
    preferences, reels,
    server::{
        db::{Db, now_ms},
        door::Caller,
        state::AppState,
    },
};
use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{SaltString, rand_core::OsRng},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// How long a session lives: 30 days, in milliseconds.
pub const SESSION_MS: i64 = 30 * 24 * 3_600_000;
const LONGEST_PASSWORD: usize = 1024;
/// Hashing is slow and wants memory on purpose: one guess at a time, for everybody together.
static GUESSES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));

/// The account that owns everything of a personal installation, made at the first start.
pub async fn local_account(db: &Db) -> Result<AccountId, sqlx::Error> {
    match store::first(db).await? {
        Some(account) => Ok(account),
        None => store::create(db, "Local account").await,
    }
}

pub async fn viewer(caller: &Caller) -> Result<Viewer, ApiError> {
    let name = store::name(&caller.app.db, caller.owner()).await?.ok_or_else(|| ApiError::not_found("account"))?;
    Ok(Viewer { name, can_sign_out: caller.actor.signed_in })
}

pub async fn usage(caller: &Caller) -> Result<Usage, ApiError> {
    Ok(store::usage(&caller.app.db, caller.owner()).await?)
}

/// Reading all of an account is work: one at a time.
static READER: Semaphore = Semaphore::const_new(1);

/// Everything but the files: for who leaves, or wants it in a program of their own. No address in it leads to a file.
pub async fn data(caller: &Caller) -> Result<AccountData, ApiError> {
    let _turn = READER.acquire().await.map_err(|_| ApiError::internal())?;
    let (mut games, mut offset) = (Vec::new(), 0);
    loop {
        let cards = games::service::list(caller, &GameQuery { offset, ..GameQuery::default() }).await?;
        if cards.is_empty() {
            break;
        }
        for card in cards {
            offset += 1;
            let Some(mut game) = still_there(games::service::get(caller, &card.id).await)? else { continue };
            let Some(clips) = still_there(clips::service::of_game(caller, &card.id).await)? else { continue };
            game.videos.iter_mut().for_each(|video| video.url = None);
            games.push(GameData { game, clips });
        }
    }
    let mut reels = Vec::new();
    for card in reels::service::list(caller).await? {
        if let Some(mut reel) = still_there(reels::service::get(caller, &card.id).await)? {
            reel.videos.iter_mut().for_each(|video| video.url = None);
            reels.push(reel);
        }
    }
    let preferences = preferences::service::get(caller).await?;
    Ok(AccountData { touchline: env!("CARGO_PKG_VERSION"), made_at: now_ms(), games, reels, preferences })
}

/// Nothing where it was deleted meanwhile.
fn still_there<T>(read: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match read {
        Err(error) if error.code == Code::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// The hash that the running server compares guesses with.
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

/// A new session's secret, for the cookie, when the password is right.
pub async fn sign_in(app: &AppState, password: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::new(Code::WrongPassword, "That is not the password. Try again.");
    let expected = app.config.password.0.clone();
    if expected.is_empty() || password.len() > LONGEST_PASSWORD {
        return Err(wrong());
    }
    let _turn = GUESSES.acquire().await.map_err(|_| ApiError::internal())?;
    let given = password.to_owned();
    let matches = tokio::task::spawn_blocking(move || {
        let hash = hash_password(&expected).ok()?;
        let parsed = PasswordHash::new(&hash).ok()?;
        Argon2::default().verify_password(given.as_bytes(), &parsed).ok()
    })
    .await
    .map_err(|_| ApiError::internal())?;
    if matches.is_none() {
        return Err(wrong());
    }
    begin_session(&app.db, &app.local_account).await
}

/// A session's secret; the table keeps its hash only.
pub async fn begin_session(db: &Db, owner: &AccountId) -> Result<String, ApiError> {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    let secret = URL_SAFE_NO_PAD.encode(bytes);
    store::add_session(db, owner, &token_hash(&secret), now_ms() + SESSION_MS).await?;
    Ok(secret)
}

pub async fn owner_of_session(app: &AppState, secret: &str) -> Result<Option<AccountId>, ApiError> {
    Ok(store::owner_of_session(&app.db, &token_hash(secret)).await?)
}

pub async fn sign_out(app: &AppState, secret: &str) -> Result<(), ApiError> {
    Ok(store::end_session(&app.db, &token_hash(secret)).await?)
}

fn token_hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}
