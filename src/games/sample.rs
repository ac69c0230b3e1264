//! The sample game: drawn on request, with clips as somebody might have marked them.

use super::{
    service,
    types::{Game, GameDetails},
};
use crate::{
    clips::{
        self,
        types::{ClipDetails, NewClip},
    },
    domain::{calendar::Day, naming::Venue, rating::Rating, tags::Sport, time::Micros},
    error::{ApiError, Code},
    media::sample,
    server::{db::now_ms, door::Caller},
    uploads::whole,
};
use bytes::Bytes;
use futures::stream;
use std::{convert::Infallible, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// Drawing takes a core for some seconds.
static TURNS: Semaphore = Semaphore::const_new(1);

/// How long somebody waits for others.
const PATIENCE: Duration = Duration::from_secs(30);

/// From, to, rating, tags, players, notes.
type Marked = (i64, i64, Rating, &'static [&'static str], &'static str, &'static str);

const CLIPS: [Marked; 4] = [
    (2, 6, Rating::Interesting, &["Pass"], "#4 Ada", "Opens the game to the right"),
    (8, 13, Rating::Brilliant, &["Goal", "Dribble"], "#10 Ilse", "Past two, low into the corner"),
    (15, 19, Rating::Mistake, &["Transition"], "#6 Noor", "Ball lost on the way out"),
    (23, 28, Rating::Good, &["Save"], "#1 Kim", "Strong hand at the near post"),
];

/// Makes the game, its video and its clips; whatever fails leaves no half of it.
pub async fn make(caller: &Caller) -> Result<Game, ApiError> {
    let busy = || ApiError::new(Code::TooMany, "A sample game is being drawn. Try again in a moment.");
    let _turn = timeout(PATIENCE, TURNS.acquire()).await.ok().and_then(Result::ok).ok_or_else(busy)?;
    let drawn = sample::draw(&caller.app.tools, &caller.app.stop).await.map_err(|error| {
        tracing::error!(error = %error, "sample.failed");
        ApiError::new(Code::Internal, "The sample game could not be drawn. `touchline doctor` says what is missing.")
    })?;
    let details = GameDetails {
        opponent: "Sample Rovers".to_owned(),
        played_on: Day::of_ms(now_ms()),
        venue: Venue::Home,
        tournament: String::new(),
        sport: Some(Sport::Soccer),
    };
    // From here on it goes to its end, whether or not somebody waits for it.
    let caller = caller.clone();
    let making = tokio::spawn(async move {
        let game = service::create(&caller, details).await?;
        match fill(&caller, &game, drawn.into()).await {
            Ok(()) => service::get(&caller, &game.id).await,
            Err(error) => {
                service::delete(&caller, &game.id).await?;
                service::purge(&caller, &game.id).await?;
                Err(error)
            }
        }
    });
    making.await.map_err(|_| ApiError::internal())?
}

async fn fill(caller: &Caller, game: &Game, drawn: Bytes) -> Result<(), ApiError> {
    let body = stream::iter([Ok::<_, Infallible>(drawn)]);
    let name = "Sample game.mp4".to_owned();
    let video = whole::put(caller, game.id.clone(), name, "video/mp4".to_owned(), body).await?.video;
    for (start, end, rating, tags, players, notes) in CLIPS {
        let details = ClipDetails {
            rating,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            players: players.to_owned(),
            notes: notes.to_owned(),
            ..ClipDetails::of(Micros::from_seconds(start), Micros::from_seconds(end))
        };
        clips::service::create(caller, NewClip { id: None, video: video.clone(), details }).await?;
    }
    Ok(())
}
