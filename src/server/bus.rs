//! What the processes of one installation tell each other, by PostgreSQL's NOTIFY: events for their tabs, and that there is
//! work. It only saves time: whoever misses a message looks by himself a little later.

use super::db::Db;
use crate::{domain::ids::AccountId, jobs::wake::Wake, live::hub::Hub, live::types::Event};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio::{sync::mpsc, time};
use tokio_util::sync::CancellationToken;

const CHANNEL: &str = "touchline";
/// PostgreSQL refuses payloads of 8,000 bytes and more.
const LONGEST: usize = 7_500;
/// So many messages wait while the database is away; what is more is lost, and found by looking.
const WAITING: usize = 1_024;
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::large_enum_variant)] // Few are alive at a time.
pub enum News {
    /// For the tabs of an owner.
    Event { owner: AccountId, event: Event, from: Option<String> },
    /// There may be a job to claim.
    Jobs,
    /// Somebody asked for a cancel.
    Cancels,
    /// There may be objects to delete.
    Sweep,
}

/// What is said to the others. In an installation of one process nobody hears it.
#[derive(Debug, Clone, Default)]
pub struct Teller(Option<mpsc::Sender<News>>);

impl Teller {
    pub fn tell(&self, news: News) {
        if let Some(sender) = &self.0
            && sender.try_send(news).is_err()
        {
            tracing::warn!("bus.full");
        }
    }
}

/// The other end of a [`Teller`]: what [`run`] carries to the database.
#[derive(Debug)]
pub struct Bus {
    url: String,
    told: mpsc::Receiver<News>,
    /// Tells our own messages from others'.
    name: String,
}

/// A bus between all processes that use the PostgreSQL at `url`.
pub fn between(url: &str) -> (Teller, Bus) {
    let (sender, told) = mpsc::channel(WAITING);
    let name = hex::encode(rand::random::<[u8; 8]>());
    (Teller(Some(sender)), Bus { url: url.to_owned(), told, name })
}

#[derive(Serialize, Deserialize)]
struct Message {
    from: String,
    news: News,
}

/// Carries messages both ways until the process stops.
pub async fn run(bus: Bus, db: Db, hub: Hub, wake: Wake, stop: CancellationToken) {
    let Bus { url, mut told, name } = bus;
    let hear = async {
        // Nothing was said before the first connection that anybody here waits for.
        let mut missed = false;
        loop {
            if let Err(error) = listen(&url, &name, &hub, &wake, missed).await {
                tracing::warn!(error = %error, "bus.lost");
            }
            missed = true;
            time::sleep(PAUSE).await;
        }
    };
    let tell = async {
        while let Some(news) = told.recv().await {
            if let Err(error) = notify(&db, &name, news).await {
                tracing::warn!(error = %error, "bus.not_told");
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = hear => {}
        () = tell => {}
    }
}

async fn notify(db: &Db, from: &str, news: News) -> Result<(), sqlx::Error> {
    let text = |news: News| {
        serde_json::to_string(&Message { from: from.to_owned(), news })
            .map_err(|error| sqlx::Error::Encode(error.into()))
    };
    let mut message = text(news.clone())?;
    if let (true, News::Event { owner, .. }) = (message.len() > LONGEST, news) {
        message = text(News::Event { owner, event: Event::Resync, from: None })?;
    }
    super::db::notify(db, CHANNEL, &message).await
}

/// Hears until the connection breaks. What was said while nobody listened is lost, so everything is asked for again.
async fn listen(url: &str, name: &str, hub: &Hub, wake: &Wake, missed: bool) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    if missed {
        resync(hub, wake);
    }
    loop {
        while let Some(heard) = listener.try_recv().await? {
            match serde_json::from_str::<Message>(heard.payload()) {
                Ok(message) if message.from == name => {}
                Ok(message) => take_in(message.news, hub, wake),
                Err(error) => tracing::warn!(error = %error, "bus.unreadable"),
            }
        }
        // The connection broke and stands again.
        resync(hub, wake);
    }
}

fn take_in(news: News, hub: &Hub, wake: &Wake) {
    match news {
        News::Event { owner, event, from } => hub.deliver(&owner, event, from),
        News::Jobs => wake.jobs_here(),
        News::Cancels => wake.cancels_here(),
        News::Sweep => wake.sweep_here(),
    }
}

fn resync(hub: &Hub, wake: &Wake) {
    hub.deliver_to_all(Event::Resync);
    wake.jobs_here();
    wake.cancels_here();
}
