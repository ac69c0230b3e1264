//! Starts the server: checks what must hold, binds, opens database and store, runs the loops, stops in order.

use super::{
    config::{self, Config, ConfigError},
    db::Db,
    router::router,
    state::{AppState, Parts},
};
use crate::{
    accounts,
    domain::checksum::Checksum,
    jobs::{self, wake::Wake},
    live::hub::Hub,
    media::Tools,
    storage::{AllowedOrigins, CacheConfig, LocalStore, ObjectStore, StoreConfig},
    uploads,
};
use leptos::config::LeptosOptions;
use std::{fs::File, io, net::SocketAddr, path::Path, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long open requests may take to end after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);
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
    /// Held as long as the server lives: one server for one folder.
    _lock: File,
}

/// `touchline serve`: until a signal.
pub async fn serve(no_worker: bool) -> Result<(), StartError> {
    let path = Path::new(config::FILE);
    let mut config = Config::load(path)?;
    config.jobs.run &= !no_worker;
    let running = open(config, config::leptos_options(path)?).await?;
    let stop = running.app.stop.clone();
    tokio::spawn(async move {
        signal().await;
        tracing::info!("server.stopping");
        stop.cancel();
    });
    run(running).await
}

/// Opens everything, ready to run. The listener is bound before the store's client learns its address.
pub async fn open(config: Config, leptos: LeptosOptions) -> Result<Running, StartError> {
    let address = leptos.site_addr;
    let open = config.password.0.is_empty();
    if open && !address.ip().is_loopback() {
        return Err(StartError::OpenDoor(address));
    }
    let lock = lock_data(&config.data)?;
    let listener = TcpListener::bind(address).await.map_err(|error| StartError::Bind(address, error))?;
    let bound = listener.local_addr().map_err(|error| StartError::Bind(address, error))?;
    let db = open_database(&config).await?;
    let (store, local) = open_store(&config, &db, bound).await?;
    let tools = Tools::find(&config.media.tools()).await.map_err(|error| StartError::Tools(error.to_string()))?;
    let database = |error: sqlx::Error| StartError::Database(error.to_string());
    let local_account = accounts::service::local_account(&db).await.map_err(database)?;
    // The lock says that no other process works in this folder; on PostgreSQL others may hold leases of their own.
    if config.database.url.is_empty() {
        jobs::store::release_all(&db).await.map_err(database)?;
    }
    let app = AppState::new(Parts {
        config,
        db,
        store,
        tools,
        hub: Hub::default(),
        wake: Wake::default(),
        leptos,
        local_account,
        open,
        stop: CancellationToken::new(),
    });
    Ok(Running { app, store: local, listener, _lock: lock })
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Serves until the state's token trips; then lets requests and jobs end.
pub async fn run(running: Running) -> Result<(), StartError> {
    let Running { app, store, listener, _lock } = running;
    let address = listener.local_addr()?;
    tracing::info!(%address, data = %app.config.data.display(), "server.listening");
    println!("Touchline is at http://{address}");
    let mut loops =
        vec![tokio::spawn(jobs::janitor::run(app.clone())), tokio::spawn(uploads::reaper::run(app.clone()))];
    if app.config.jobs.run {
        loops.push(tokio::spawn(jobs::runner::run(app.clone())));
    }
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
    for task in loops {
        let _ = tokio::time::timeout(GRACE, task).await;
    }
    Ok(())
}

/// Makes the folder and holds its lock.
fn lock_data(folder: &Path) -> Result<File, StartError> {
    let shown = || folder.display().to_string();
    std::fs::create_dir_all(folder).map_err(|error| StartError::Data(shown(), error))?;
    let file = File::create(folder.join("server.lock")).map_err(|error| StartError::Data(shown(), error))?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| StartError::DataInUse(shown()))?;
    Ok(file)
}

pub async fn open_database(config: &Config) -> Result<Db, StartError> {
    let db = Db::connect(&config.database_url(), config.database.connections)
        .await
        .map_err(|error| StartError::Database(error.to_string()))?;
    db.migrate().await.map_err(|error| StartError::Database(error.to_string()))?;
    Ok(db)
}

/// The store of the configuration, or the built-in one behind this server's own listener.
pub async fn open_store(
    config: &Config,
    db: &Db,
    bound: SocketAddr,
) -> Result<(ObjectStore, Option<LocalStore>), StartError> {
    let failed = |error: crate::storage::StoreError| StartError::Store(error.detail().to_owned());
    let storage = &config.storage;
    let public = (!storage.public_url.is_empty()).then(|| storage.public_url.clone());
    if storage.endpoint.is_empty() {
        let local = LocalStore::open(&config.data, db.clone(), AllowedOrigins::Any).await.map_err(failed)?;
        let endpoint = format!("http://{}", reachable(bound));
        return Ok((ObjectStore::embedded(local.clone(), &endpoint, public), Some(local)));
    }
    let remote = StoreConfig {
        endpoint: storage.endpoint.clone(),
        public_url: public,
        region: storage.region.clone(),
        bucket: storage.bucket.clone(),
        access_key: storage.access_key.0.clone(),
        secret_key: storage.secret_key.0.clone(),
        path_style: storage.path_style,
        checksum: Checksum::from_code(&storage.checksum).unwrap_or_default(),
    };
    let cache = CacheConfig { folder: config.data.join("cache"), max_bytes: CACHE_BYTES };
    Ok((ObjectStore::remote(remote, cache).map_err(failed)?, None))
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
