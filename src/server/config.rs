//! Configuration: Leptos.toml, then the environment over it, checked before anything starts.

use crate::{
    domain::checksum::Checksum,
    media::{ToolsConfig, hardware::Wanted},
};
use config::{Config as Source, Environment, File, FileFormat};
use leptos::config::{LeptosOptions, get_configuration};
use serde::Deserialize;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

pub const FILE: &str = "Leptos.toml";
/// The file's tables. Another name at the top is a slip of the pen and refused.
const TABLES: [&str; 9] = ["data", "password", "server", "database", "storage", "uploads", "jobs", "modal", "media"];

/// Why the server does not start. Each names the key and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{FILE}: {0}")]
    File(String),
    #[error("{FILE} has a key {0:?} that Touchline does not know; the tables are {TABLES:?}")]
    UnknownTable(String),
    #[error("{key}: {problem}")]
    Value { key: &'static str, problem: String },
}

#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// The folder that holds everything of an embedded installation.
    #[serde(default = "default_data")]
    pub data: PathBuf,
    /// Guards the server when others can reach it. From the environment only.
    #[serde(default)]
    pub password: Secret,
    #[serde(default)]
    pub server: ServerConfig,
    #[serde(default)]
    pub database: DatabaseConfig,
    #[serde(default)]
    pub storage: StorageConfig,
    #[serde(default)]
    pub uploads: UploadsConfig,
    #[serde(default)]
    pub jobs: JobsConfig,
    #[serde(default)]
    pub modal: ModalConfig,
    #[serde(default)]
    pub media: MediaConfig,
}

/// A text that never shows itself.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(none)" } else { "(set)" })
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    pub hosts: Vec<String>,
    pub public_url: String,
    /// Where Prometheus finds `/metrics`; empty: nowhere.
    pub metrics: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    pub url: String,
    pub connections: u32,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: String::new(), connections: 8 }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageConfig {
    pub endpoint: String,
    pub public_url: String,
    pub region: String,
    pub bucket: String,
    pub access_key: Secret,
    pub secret_key: Secret,
    pub path_style: bool,
    pub checksum: String,
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            public_url: String::new(),
            region: "auto".to_owned(),
            bucket: "touchline-media".to_owned(),
            access_key: Secret::default(),
            secret_key: Secret::default(),
            path_style: true,
            checksum: "crc32".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UploadsConfig {
    pub max_bytes: i64,
    pub max_open: i64,
    /// Bytes of recordings that an account may have; 0: no bound.
    pub quota: i64,
    /// An upload that nobody goes on with for so long is given up.
    pub expire_days: i64,
}

impl Default for UploadsConfig {
    fn default() -> Self {
        Self { max_bytes: 100 << 30, max_open: 20, quota: 0, expire_days: 7 }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobsConfig {
    pub slots: usize,
    /// Whether this process runs jobs at all.
    pub run: bool,
    /// How much finished pieces may hold at the store, in GB; what nobody has used for longest goes first.
    pub segments_gb: u32,
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self { slots: 0, run: true, segments_gb: 5 }
    }
}

impl JobsConfig {
    pub fn segments_bytes(&self) -> i64 {
        i64::from(self.segments_gb) * 1_000_000_000
    }

    pub fn slots(&self) -> usize {
        match self.slots {
            0 => std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            slots => slots,
        }
    }
}

/// Where pieces of exports are rendered, when not here.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModalConfig {
    pub enabled: bool,
    /// Of the deployed `deploy/modal_app.py`.
    pub url: String,
    /// Modal's proxy token, when the app wants one. From the environment.
    pub key: Secret,
    pub secret: Secret,
    /// How many pieces are rendered there at once.
    pub slots: usize,
}

impl Default for ModalConfig {
    fn default() -> Self {
        Self { enabled: false, url: String::new(), key: Secret::default(), secret: Secret::default(), slots: 8 }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaConfig {
    /// Empty: found beside the program or on the PATH; ffprobe is looked for beside it.
    pub ffmpeg: String,
    /// `auto`: a graphics card's where one works; `x264`; or `nvenc`, `vaapi`, `qsv`, `videotoolbox`.
    pub encoder: String,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self { ffmpeg: String::new(), encoder: "auto".to_owned() }
    }
}

impl MediaConfig {
    pub fn tools(&self) -> ToolsConfig {
        let ffmpeg = (!self.ffmpeg.is_empty()).then(|| PathBuf::from(&self.ffmpeg));
        // What it may be was checked when it was read.
        let encoder = Wanted::try_from(self.encoder.as_str()).unwrap_or_default();
        ToolsConfig { ffmpeg, encoder, ..ToolsConfig::default() }
    }
}

fn default_data() -> PathBuf {
    PathBuf::from("data")
}

impl Config {
    /// Reads `path` when it is there, then the environment.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(ConfigError::File(error.to_string())),
        };
        Self::from_sources(
            &text,
            Environment::with_prefix("TOUCHLINE").prefix_separator("_").separator("__").try_parsing(true),
            std::env::var("MODAL_ENABLED").ok(),
        )
    }

    /// The configuration of another installation: the file alone, which must be there.
    pub fn of_file(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::File(format!("{}: {error}", path.display())))?;
        Self::from_sources(
            &text,
            Environment::with_prefix("TOUCHLINE").source(Some(std::collections::HashMap::new())),
            None,
        )
    }

    /// `modal_enabled`: the switch under its short name.
    fn from_sources(text: &str, environment: Environment, modal_enabled: Option<String>) -> Result<Self, ConfigError> {
        let file = Source::builder()
            .add_source(File::from_str(text, FileFormat::Toml))
            .build()
            .map_err(|error| ConfigError::File(error.to_string()))?;
        let tables = file
            .clone()
            .try_deserialize::<std::collections::HashMap<String, config::Value>>()
            .map_err(|error| ConfigError::File(error.to_string()))?;
        if let Some(unknown) = tables.keys().find(|key| key.as_str() != "package" && !TABLES.contains(&key.as_str())) {
            return Err(ConfigError::UnknownTable(unknown.clone()));
        }
        if tables.contains_key("password") {
            return Err(ConfigError::Value {
                key: "password",
                problem: "belongs in the environment: set TOUCHLINE_PASSWORD and take it out of the file".to_owned(),
            });
        }
        let config: Self = Source::builder()
            .add_source(file)
            .add_source(environment)
            .set_override_option("modal.enabled", modal_enabled)
            .map_err(|error| ConfigError::File(error.to_string()))?
            .build()
            .and_then(Source::try_deserialize)
            .map_err(|error| ConfigError::File(error.to_string()))?;
        config.check()
    }

    fn check(self) -> Result<Self, ConfigError> {
        let wrong = |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
        let url = self.database.url.as_str();
        if !["", "sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| match *scheme {
            "" => url.is_empty(),
            scheme => url.starts_with(scheme),
        }) {
            return wrong("database.url", "begins with postgres:// or sqlite:, or is empty for the data folder");
        }
        if !(1..=100).contains(&self.database.connections) {
            return wrong("database.connections", "is a number from 1 to 100");
        }
        for (key, url) in [
            ("server.public_url", &self.server.public_url),
            ("storage.endpoint", &self.storage.endpoint),
            ("storage.public_url", &self.storage.public_url),
        ] {
            if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
                return wrong(key, "begins with http:// or https://");
            }
        }
        if !self.storage.endpoint.is_empty()
            && (self.storage.access_key.0.is_empty() || self.storage.secret_key.0.is_empty())
        {
            return wrong(
                "storage.access_key",
                "an endpoint needs TOUCHLINE_STORAGE__ACCESS_KEY and TOUCHLINE_STORAGE__SECRET_KEY",
            );
        }
        if self.storage.bucket.is_empty() {
            return wrong("storage.bucket", "names the bucket");
        }
        if let Err(what) = Wanted::try_from(self.media.encoder.as_str()) {
            return wrong("media.encoder", what);
        }
        if Checksum::from_code(&self.storage.checksum).is_none() {
            return wrong("storage.checksum", "is crc32, md5 or none");
        }
        if self.uploads.max_bytes < 1 {
            return wrong("uploads.max_bytes", "is a positive number of bytes");
        }
        if self.uploads.max_open < 1 {
            return wrong("uploads.max_open", "is a positive number");
        }
        if self.uploads.quota < 0 {
            return wrong("uploads.quota", "is a number of bytes, or 0 for no bound");
        }
        if !(1..=3650).contains(&self.uploads.expire_days) {
            return wrong("uploads.expire_days", "is 1 to 3650 days");
        }
        let web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        if self.modal.enabled && !web(&self.modal.url) {
            return wrong("modal.url", "is the address of the deployed app, and begins with https://");
        }
        if self.modal.enabled && self.server.public_url.is_empty() {
            return wrong("server.public_url", "is needed with modal.enabled: there the app says how far it is");
        }
        if !(1..=1000).contains(&self.modal.slots) {
            return wrong("modal.slots", "is a number from 1 to 1000");
        }
        if !self.server.metrics.is_empty() && self.server.metrics.parse::<SocketAddr>().is_err() {
            return wrong("server.metrics", "is an address and a port, as in 127.0.0.1:9464");
        }
        if !self.password.0.is_empty() && self.password.0.chars().count() < 8 {
            return wrong("TOUCHLINE_PASSWORD", "has at least 8 characters");
        }
        Ok(self)
    }

    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() { super::db::Db::embedded_url(&self.data) } else { self.database.url.clone() }
    }
}

/// How the pages are built and served, from the file's last table and `LEPTOS_*`.
pub fn leptos_options(path: &Path) -> Result<LeptosOptions, ConfigError> {
    let file = path.exists().then(|| path.to_str()).flatten();
    let mut options = get_configuration(file).map_err(|error| ConfigError::File(error.to_string()))?.leptos_options;
    if options.output_name.is_empty() {
        options.output_name = "touchline".into();
    }
    // The names of script and style, written beside the program by `cargo leptos build`. A page without them panics.
    let hashes = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(&*options.hash_file)));
    if options.hash_files && !hashes.is_some_and(|file| file.exists()) {
        tracing::warn!("server.no_hashes: pages have no script and style; build with cargo leptos build");
        options.hash_files = false;
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let pairs = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let source = Environment::with_prefix("TOUCHLINE")
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .source(Some(pairs));
        let modal = environment.iter().find(|(key, _)| *key == "MODAL_ENABLED").map(|(_, value)| (*value).to_owned());
        Config::from_sources(text, source, modal)
    }

    #[test]
    fn the_file_that_we_ship_says_the_defaults() {
        let shipped = load(include_str!("../../Leptos.toml"), &[]).expect("our own file");
        let default = load("", &[]).expect("defaults");
        assert_eq!(format!("{shipped:?}"), format!("{default:?}"));
    }

    #[test]
    fn the_environment_wins() {
        let config = load(
            "[database]\nurl = \"postgres://a/b\"\n",
            &[
                ("TOUCHLINE_DATABASE__URL", "sqlite::memory:"),
                ("TOUCHLINE_UPLOADS__MAX_OPEN", "3"),
                ("TOUCHLINE_DATA", "/x"),
            ],
        )
        .expect("valid");
        assert_eq!(config.database_url(), "sqlite::memory:");
        assert_eq!(config.uploads.max_open, 3);
        assert_eq!(config.data, PathBuf::from("/x"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, environment, named) in [
            ("[databse]\nurl = \"\"", vec![], "databse"),
            ("[database]\nulr = \"\"", vec![], "ulr"),
            ("[database]\nurl = \"mysql://x\"", vec![], "database.url"),
            ("[database]\nconnections = 0", vec![], "database.connections"),
            ("[storage]\nendpoint = \"r2\"", vec![], "storage.endpoint"),
            ("[storage]\nendpoint = \"https://r2\"", vec![], "storage.access_key"),
            ("[storage]\nchecksum = \"sha1\"", vec![], "storage.checksum"),
            ("[server]\nmetrics = \"9464\"", vec![], "server.metrics"),
            ("password = \"long enough\"", vec![], "password"),
            ("", vec![("TOUCHLINE_PASSWORD", "short")], "TOUCHLINE_PASSWORD"),
            ("[modal]\nenabled = true", vec![], "modal.url"),
            ("[modal]\nenabled = true\nurl = \"https://a.modal.run\"", vec![], "server.public_url"),
            ("", vec![("MODAL_ENABLED", "true")], "modal.url"),
            ("", vec![("MODAL_ENABLED", "perhaps")], "modal.enabled"),
            ("[modal]\nslots = 0", vec![], "modal.slots"),
            ("[uploads]\nmax_open = \"many\"", vec![], "max_open"),
            ("[uploads\n", vec![], "Leptos.toml"),
        ] {
            let error = load(text, &environment).expect_err(text).to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let config = load("", &[("TOUCHLINE_PASSWORD", "correct horse")]).expect("valid");
        assert!(!format!("{config:?}").contains("horse"));
    }

    /// cargo-leptos builds by Cargo.toml, the server serves by Leptos.toml: they must agree.
    #[test]
    fn both_files_agree_on_the_build() {
        let table = |text: &str| {
            Source::builder()
                .add_source(File::from_str(text, FileFormat::Toml))
                .build()
                .and_then(|all| all.get_table("package.metadata.leptos"))
                .expect("a table")
        };
        let (cargo, leptos) = (table(include_str!("../../Cargo.toml")), table(include_str!("../../Leptos.toml")));
        for (key, value) in leptos {
            assert_eq!(cargo.get(&key).map(ToString::to_string), Some(value.to_string()), "{key}");
        }
    }
}
