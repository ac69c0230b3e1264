//! Starts the server: checks what must hold, binds, opens database and store, runs the loops, stops in order.

use super::{
    bus::{self, Bus},
    config::{self, Config, ConfigError},
    db::{self, Backend, Db},
    router::router,
    state::{AppState, Parts},
    telemetry,
};
use crate::{
    accounts,
    domain::checksum::Checksum,
    jobs::{self, pulse::Pulse, wake::Wake},
    live::hub::Hub,
    media::Tools,
    storage::{AllowedOrigins, CacheConfig, LocalStore, ObjectStore, StoreConfig},
    uploads,
};
use axum::Router;
use leptos::config::LeptosOptions;
use sqlx::migrate::MigrateError;
use std::{
    fs::File,
    io,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// How long open requests may take to end after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long a database that is away at the start is waited for.
const PATIENCE: Duration = Duration::from_mins(1);
/// How much of a remote store's files is kept at hand for rendering.
const CACHE_BYTES: u64 = 50 << 30;

/// Why the server does not start. Each says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(
        "{0} can be reached by others, so it needs a password: set TOUCHLINE_PASSWORD, or bind to 127.0.0.1 (LEPTOS_SITE_ADDR)"
    )]
    OpenDoor(SocketAddr),
    #[error(
        "cannot listen on {0}: {1}. Is Touchline running already? Another address: LEPTOS_SITE_ADDR=127.0.0.1:3001"
    )]
    Bind(SocketAddr, io::Error),
    #[error("cannot use the data folder {0}: {1}. Choose another with TOUCHLINE_DATA")]
    Data(String, io::Error),
    #[error("another Touchline uses the data folder {0}. Stop it, or choose another folder with TOUCHLINE_DATA")]
    DataInUse(String),
    #[error("the database does not open: {0}. Check database.url in Leptos.toml or TOUCHLINE_DATABASE__URL")]
    Database(String),
    #[error("the store does not open: {0}. Check the storage table of Leptos.toml")]
    Store(String),
    #[error(
        "a worker shares its jobs with a server: give both the same PostgreSQL (database.url, TOUCHLINE_DATABASE__URL) and the same S3 store (storage.endpoint, TOUCHLINE_STORAGE__ENDPOINT)"
    )]
    LoneWorker,
    #[error("{0}")]
    Tools(String),
    #[error("the server failed: {0}")]
    Serve(#[from] io::Error),
}

/// Everything that is open while the server runs.
pub struct Running {
    pub app: AppState,
    pub store: Option<LocalStore>,
    listener: TcpListener,
    bus: Option<Bus>,
    /// Held as long as the server lives: one server for one folder.
    _lock: File,
}

/// `touchline serve`: until a signal.
pub async fn serve(no_worker: bool) -> Result<(), StartError> {
    let path = Path::new(config::FILE);
    let mut config = Config::load(path)?;
    config.jobs.run &= !no_worker;
    let running = open(config, config::leptos_options(path)?).await?;
    stop_at_signal(&running.app.stop);
    run(running).await
}

/// Opens everything, ready to run. The listener is bound before the store's client learns its address.
pub async fn open(config: Config, leptos: LeptosOptions) -> Result<Running, StartError> {
    let address = leptos.site_addr;
    if config.password.0.is_empty() && !address.ip().is_loopback() {
        return Err(StartError::OpenDoor(address));
    }
    let lock = lock_data(&config.data)?;
    let listener = TcpListener::bind(address).await.map_err(|error| StartError::Bind(address, error))?;
    let bound = listener.local_addr().map_err(|error| StartError::Bind(address, error))?;
    let db = open_database(&config, PATIENCE).await?;
    let (store, local) = open_store(&config, &db, bound).await?;
    let (app, bus) = assemble(config, leptos, db, store).await?;
    Ok(Running { app, store: local, listener, bus, _lock: lock })
}

/// What every process has: the state, and the bus to the others where there may be others.
async fn assemble(
    config: Config,
    leptos: LeptosOptions,
    db: Db,
    store: ObjectStore,
) -> Result<(AppState, Option<Bus>), StartError> {
    let tools = Tools::find(&config.media.tools()).await.map_err(|error| StartError::Tools(error.to_string()))?;
    let database = |error: sqlx::Error| StartError::Database(error.to_string());
    let local_account = accounts::service::local_account(&db).await.map_err(database)?;
    // The lock says that no other process works in this folder; on PostgreSQL others may hold leases of their own.
    if config.database.url.is_empty() {
        jobs::store::release_all(&db).await.map_err(database)?;
    }
    let (others, bus) = match db.backend() {
        Backend::Sqlite => (bus::Teller::default(), None),
        Backend::Postgres => {
            let (teller, bus) = bus::between(&config.database.url);
            (teller, Some(bus))
        }
    };
    let app = AppState::new(Parts {
        open: config.password.0.is_empty(),
        config,
        db,
        store,
        tools,
        hub: Hub::new(others.clone()),
        wake: Wake::new(others),
        pulse: Pulse::begin(),
        leptos,
        local_account,
        stop: CancellationToken::new(),
    });
    Ok((app, bus))
}

/// `touchline worker`: runs jobs of an installation whose server is elsewhere, until a signal.
pub async fn work() -> Result<(), StartError> {
    let path = Path::new(config::FILE);
    let mut config = Config::load(path)?;
    if config.database.url.is_empty() || config.storage.endpoint.is_empty() {
        return Err(StartError::LoneWorker);
    }
    config.jobs.run = true;
    let _lock = lock_data(&config.data)?;
    let db = open_database(&config, PATIENCE).await?;
    let store = remote_store(&config)?;
    let (app, bus) = assemble(config, config::leptos_options(path)?, db, store).await?;
    tracing::info!(data = %app.config.data.display(), slots = app.config.jobs.slots(), "worker.started");
    stop_at_signal(&app.stop);
    measure(&app).await?;
    let loops = loops(&app, bus);
    app.stop.cancelled().await;
    end(loops).await;
    Ok(())
}

fn stop_at_signal(stop: &CancellationToken) {
    let stop = stop.clone();
    tokio::spawn(async move {
        signal().await;
        tracing::info!("process.stopping");
        stop.cancel();
    });
}

/// `/metrics`, where the configuration wants it.
async fn measure(app: &AppState) -> Result<(), StartError> {
    match app.config.server.metrics.parse() {
        Ok(address) => telemetry::serve(app.clone(), address).await.map_err(|error| StartError::Bind(address, error)),
        // Empty: the configuration was checked.
        Err(_) => Ok(()),
    }
}

/// What runs beside in every process.
fn loops(app: &AppState, bus: Option<Bus>) -> Vec<JoinHandle<()>> {
    let mut loops = vec![tokio::spawn(jobs::janitor::run(app.clone()))];
    if let Some(bus) = bus {
        let (db, hub, wake, stop) = (app.db.clone(), app.hub.clone(), app.wake.clone(), app.stop.clone());
        loops.push(tokio::spawn(bus::run(bus, db, hub, wake, stop)));
    }
    if app.config.jobs.run {
        loops.push(tokio::spawn(jobs::runner::run(app.clone())));
    }
    loops
}

async fn end(loops: Vec<JoinHandle<()>>) {
    for task in loops {
        let _ = tokio::time::timeout(GRACE, task).await;
    }
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Serves until the state's token trips; then lets requests and jobs end.
pub async fn run(running: Running) -> Result<(), StartError> {
    let Running { app, store, listener, bus, _lock } = running;
    let address = listener.local_addr()?;
    tracing::info!(%address, data = %app.config.data.display(), "server.listening");
    println!("Touchline is at http://{address}");
    measure(&app).await?;
    let mut loops = loops(&app, bus);
    loops.push(tokio::spawn(uploads::reaper::run(app.clone())));
    let stop = app.stop.clone();
    let server = axum::serve(listener, router(&app, store.as_ref())).with_graceful_shutdown({
        let stop = stop.clone();
        async move { stop.cancelled().await }
    });
    // A browser that keeps a download open must not keep the server alive.
    tokio::select! {
        result = server.into_future() => result?,
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => {}
    }
    end(loops).await;
    Ok(())
}

/// Makes the folder and holds its lock.
/// This folder is ours as long as the answer lives.
pub fn lock_data(folder: &Path) -> Result<File, StartError> {
    let shown = || folder.display().to_string();
    std::fs::create_dir_all(folder).map_err(|error| StartError::Data(shown(), error))?;
    let file = File::create(folder.join("server.lock")).map_err(|error| StartError::Data(shown(), error))?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| StartError::DataInUse(shown()))?;
    Ok(file)
}

/// The database of the configuration, its schema up to date. One that starts, or starts again, beside us is waited for.
pub async fn open_database(config: &Config, patience: Duration) -> Result<Db, StartError> {
    let until = Instant::now() + patience;
    loop {
        let opened = async {
            let db = Db::connect(&config.database_url(), config.database.connections).await?;
            db.migrate().await?;
            crate::games::store::refold(&db).await?;
            Ok::<_, MigrateError>(db)
        };
        match opened.await {
            Ok(db) => return Ok(db),
            Err(error) if db::is_away(&error) && Instant::now() < until => {
                tracing::warn!(error = %error, "database.away");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(StartError::Database(error.to_string())),
        }
    }
}

/// The store of the configuration, or the built-in one behind this server's own listener.
pub async fn open_store(
    config: &Config,
    db: &Db,
    bound: SocketAddr,
) -> Result<(ObjectStore, Option<LocalStore>), StartError> {
    let failed = |error: crate::storage::StoreError| StartError::Store(error.detail().to_owned());
    if config.storage.endpoint.is_empty() {
        let local = LocalStore::open(&config.data, db.clone(), AllowedOrigins::Any).await.map_err(failed)?;
        let endpoint = format!("http://{}", reachable(bound));
        return Ok((ObjectStore::embedded(local.clone(), &endpoint, public_url(config)), Some(local)));
    }
    Ok((remote_store(config)?, None))
}

/// The store of a configuration without a server: the built-in one answers through a listener of its own, for as long as this
/// lives.
pub struct StoreAlone {
    pub store: ObjectStore,
    pub bound: SocketAddr,
    server: Option<JoinHandle<io::Result<()>>>,
}

impl StoreAlone {
    pub async fn open(config: &Config, db: &Db) -> Result<Self, StartError> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(any).await.map_err(|error| StartError::Bind(any, error))?;
        let bound = listener.local_addr().map_err(|error| StartError::Bind(any, error))?;
        let (store, local) = open_store(config, db, bound).await?;
        let server = local.map(|local| {
            let router = local.mount(Router::new());
            tokio::spawn(async move { axum::serve(listener, router).await })
        });
        Ok(Self { store, bound, server })
    }
}

impl Drop for StoreAlone {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

fn public_url(config: &Config) -> Option<String> {
    Some(config.storage.public_url.clone()).filter(|url| !url.is_empty())
}

/// The S3 store of the configuration.
fn remote_store(config: &Config) -> Result<ObjectStore, StartError> {
    let storage = &config.storage;
    let remote = StoreConfig {
        endpoint: storage.endpoint.clone(),
        public_url: public_url(config),
        region: storage.region.clone(),
        bucket: storage.bucket.clone(),
        access_key: storage.access_key.0.clone(),
        secret_key: storage.secret_key.0.clone(),
        path_style: storage.path_style,
        checksum: Checksum::from_code(&storage.checksum).unwrap_or_default(),
    };
    let cache = CacheConfig { folder: config.data.join("cache"), max_bytes: CACHE_BYTES };
    ObjectStore::remote(remote, cache).map_err(|error| StartError::Store(error.detail().to_owned()))
}

/// An address of ours that this machine itself can connect to.
fn reachable(bound: SocketAddr) -> SocketAddr {
    if bound.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], bound.port())) } else { bound }
}

/// SIGTERM or Ctrl+C.
async fn signal() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::warn!(error = %error, "server.no_sigterm");
            let _ = tokio::signal::ctrl_c().await;
            return;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
