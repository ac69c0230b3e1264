//! The other end of a call: `touchline render-segment` reads an [`Order`], renders it, sends the piece, and says all along
//! how far it is. It knows neither database nor store, only the addresses in its order.

use super::message::{Answer, Order, SIGNATURE, Stage, TIMESTAMP, Word, sign};
use crate::{
    media::{Tools, ToolsConfig, chunk, encode, index::Stream},
    server::db::now_ms,
    storage::{
        StoreError, StoreErrorKind,
        ranges::{Fetch, Have, RangeFile},
    },
    videos::fetch::{Need, fill},
};
use async_trait::async_trait;
use backon::{ExponentialBuilder, Retryable};
use bytes::Bytes;
use reqwest::{Body, Client, StatusCode, redirect::Policy};
use std::{
    ops::Range,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::{fs::File, io::AsyncWriteExt, time::interval};
use tokio_util::{io::ReaderStream, sync::CancellationToken};

const SAY_EVERY: Duration = Duration::from_secs(1);

/// A store that does not answer is asked again, for about half a minute.
fn patiently() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(Duration::from_secs(2)).with_max_times(4).with_jitter()
}

/// A presigned address.
struct Address {
    client: Client,
    url: String,
}

#[async_trait]
impl Fetch for Address {
    async fn get(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        (|| self.get_once(range.clone())).retry(patiently()).await
    }
}

impl Address {
    async fn get_once(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        let unavailable = |error: reqwest::Error| StoreError::new(StoreErrorKind::Unavailable, error.without_url());
        let wanted = format!("bytes={}-{}", range.start, range.end - 1);
        let request = self.client.get(&self.url).header("range", wanted).timeout(Duration::from_mins(5));
        let answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(unavailable)?;
        // A store that ignores ranges must not fill our memory with the whole object.
        if answer.status() != StatusCode::PARTIAL_CONTENT {
            return Err(StoreError::new(StoreErrorKind::BadRange, "the store ignored the range"));
        }
        answer.bytes().await.map_err(unavailable)
    }
}

/// Why a piece was not made: a code that the server can show.
struct Failed(String);

impl Failed {
    fn code(code: &str) -> Self {
        Self(code.to_owned())
    }

    /// Without the address, which is a key.
    fn network(error: reqwest::Error) -> Self {
        tracing::warn!(error = %error.without_url(), "render.network");
        Self::code("network")
    }

    fn disk(error: std::io::Error) -> Self {
        tracing::warn!(error = %error, "render.disk");
        Self::code("disk_failed")
    }
}

/// One call as it goes.
struct Call {
    order: Order,
    client: Client,
    seq: AtomicI64,
    cancel: CancellationToken,
}

/// Renders the order; its last word, which is also said to the server.
pub async fn run(order: Order, config: &ToolsConfig) -> Word {
    let client = Client::builder().connect_timeout(Duration::from_secs(10)).redirect(Policy::none());
    let client = client.build().unwrap_or_default();
    let call = Arc::new(Call { order, client, seq: AtomicI64::new(0), cancel: CancellationToken::new() });
    let frames = call.order.spec.frames();
    let (stage, bytes, error_code) = match call.render(config).await {
        Ok(bytes) => (Stage::Done, bytes, None),
        Err(Failed(code)) => (Stage::Failed, 0, Some(code)),
    };
    let done = if stage == Stage::Done { frames } else { 0 };
    let last = Word { bytes, error_code, ..call.word(stage, done) };
    call.say(&last).await;
    last
}

impl Call {
    async fn render(self: &Arc<Self>, config: &ToolsConfig) -> Result<i64, Failed> {
        let order = &self.order;
        let tools = Tools::find(config).await.map_err(|error| Failed::code(error.code()))?;
        let tools = tools.with_threads(order.threads);
        if encode::fingerprint(&tools) != order.requires {
            // Its graphics card is not what was asked for; x264 may be.
            tools.give_up_hardware();
        }
        if encode::fingerprint(&tools) != order.requires {
            return Err(Failed::code("encoder_differs"));
        }
        let folder = tempfile::tempdir().map_err(Failed::disk)?;
        let (source, piece) = (folder.path().join("source"), folder.path().join("chunk.mp4"));
        self.during(Stage::Fetch, &AtomicI64::new(0), self.fetch(&source)).await?;
        let frames = AtomicI64::new(0);
        let sources = [source.as_path()];
        let rendering = chunk::render_chunk(
            &tools,
            &order.spec,
            &sources,
            &piece,
            |done| frames.store(done, Ordering::Relaxed),
            &self.cancel,
        );
        let rendering = async {
            rendering.await.map_err(|error| {
                tracing::warn!(code = error.code(), log = error.log_tail(), "render.failed");
                Failed::code(error.code())
            })
        };
        self.during(Stage::Render, &frames, rendering).await?;
        self.during(Stage::Publish, &frames, self.publish(&piece)).await
    }

    /// Says how far it is as long as `work` takes; a server that does not want it any more ends it.
    async fn during<T>(
        &self,
        stage: Stage,
        done: &AtomicI64,
        work: impl Future<Output = Result<T, Failed>>,
    ) -> Result<T, Failed> {
        let saying = async {
            let mut ticks = interval(SAY_EVERY);
            loop {
                ticks.tick().await;
                if self.say(&self.word(stage, done.load(Ordering::Relaxed))).await {
                    self.cancel.cancel();
                }
            }
        };
        tokio::select! {
            answer = work => answer,
            () = saying => Err(Failed::code("cancelled")),
            () = self.cancel.cancelled() => Err(Failed::code("cancelled")),
        }
    }

    fn word(&self, stage: Stage, done: i64) -> Word {
        let seq = self.seq.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.order.spec.frames();
        Word { call: self.order.call.clone(), seq, stage, done, total, bytes: 0, error_code: None }
    }

    /// Tells the server; whether it does not want the piece any more. A message that is lost is no harm: it asks.
    async fn say(&self, word: &Word) -> bool {
        let body = serde_json::to_vec(word).unwrap_or_default();
        let now = now_ms() / 1000;
        let Some(signature) = sign(&self.order.secret, now, &self.order.job, word, &body) else { return true };
        let request = self.client.post(&self.order.callback).timeout(Duration::from_secs(10));
        let request = request.header(TIMESTAMP, now).header(SIGNATURE, signature);
        let sent = request.header("content-type", "application/json").body(body).send().await;
        match sent {
            // It knows another call for this job, or none.
            Ok(answer) if answer.status() == StatusCode::NOT_FOUND => true,
            Ok(answer) => answer.json::<Answer>().await.is_ok_and(|answer| answer.cancel),
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "render.not_heard");
                false
            }
        }
    }

    /// What of the recording the piece shows; all of it where that cannot be told.
    async fn fetch(&self, file: &Path) -> Result<(), Failed> {
        let store = |error: StoreError| {
            tracing::warn!(detail = error.detail(), "render.fetch");
            Failed::code("network")
        };
        let Order { spec, source, source_bytes, .. } = &self.order;
        let from = Box::new(Address { client: self.client.clone(), url: source.clone() });
        let mut parts = RangeFile::open(from, file.to_owned(), *source_bytes, Have::default(), &self.cancel)
            .await
            .map_err(store)?;
        let shot = &spec.shot;
        let need = Need::Spans(&shot.facts, &chunk::spans(shot, spec.rate), Stream::Picture);
        if fill(&mut parts, need).await.map_err(store)? {
            return Ok(());
        }
        self.fetch_whole(file).await
    }

    async fn fetch_whole(&self, file: &Path) -> Result<(), Failed> {
        let answer = self.client.get(&self.order.source).send().await.and_then(reqwest::Response::error_for_status);
        let mut answer = answer.map_err(Failed::network)?;
        let mut file = File::create(file).await.map_err(Failed::disk)?;
        while let Some(bytes) = answer.chunk().await.map_err(Failed::network)? {
            file.write_all(&bytes).await.map_err(Failed::disk)?;
        }
        file.flush().await.map_err(Failed::disk)
    }

    async fn publish(&self, piece: &Path) -> Result<i64, Failed> {
        let bytes = tokio::fs::metadata(piece).await.map_err(Failed::disk)?.len();
        let put = || async {
            let body = Body::wrap_stream(ReaderStream::new(File::open(piece).await.map_err(Failed::disk)?));
            let mut request = self.client.put(&self.order.target).header("content-length", bytes).body(body);
            for (name, value) in &self.order.target_headers {
                request = request.header(name, value);
            }
            request.send().await.and_then(reqwest::Response::error_for_status).map_err(Failed::network)
        };
        put.retry(patiently()).await?;
        i64::try_from(bytes).map_err(|_| Failed::code("too_large"))
    }
}
