#![recursion_limit = "256"]
//! The command line: `touchline serve | worker | doctor | backup | restore | migrate-data | render-segment`.

use clap::{Parser, Subcommand};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};
use tokio::io::AsyncReadExt;
use touchline::{
    jobs::remote::{self, message::Stage},
    server::{
        config::{self, Config},
        data::{self, DataError, Moved},
        doctor,
        start::{self, StartError},
    },
};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(version, about = "Turns full match recordings into highlight reels")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages, the API and the built-in store (what happens without a command)
    Serve {
        /// Run no jobs in this process
        #[arg(long)]
        no_worker: bool,
    },
    /// Run jobs of a server elsewhere, with the same PostgreSQL and the same S3 store
    Worker,
    /// Render one piece of an export: reads its order from standard input, writes how it ended to standard output; for runners
    /// such as `deploy/modal_app.py`
    RenderSegment,
    /// Check database, object store, ffmpeg and disk, and say how to mend what is wrong
    Doctor,
    /// Copy everything of an embedded installation into a folder, while its server runs; again: only what is new
    Backup {
        /// Where to; made when it is not there
        folder: PathBuf,
    },
    /// Bring a backup into an empty data folder
    Restore {
        /// What `touchline backup` made
        folder: PathBuf,
    },
    /// Bring everything of this installation into another one, from SQLite and the built-in store to PostgreSQL and S3 or back
    MigrateData {
        /// The other installation's configuration, written like Leptos.toml
        #[arg(long)]
        to: PathBuf,
        /// Leave unfinished uploads behind: their clips come along, their files have to be chosen again
        #[arg(long)]
        without_open_uploads: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("TOUCHLINE_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,s3s=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // One JSON object a line, with the identifiers of request and job, for whoever collects logs.
    if std::env::var("TOUCHLINE_LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().init();
    } else {
        log.init();
    }
    match Arguments::parse().command {
        None => started(start::serve(false).await),
        Some(Command::Serve { no_worker }) => started(start::serve(no_worker).await),
        Some(Command::Worker) => started(start::work().await),
        Some(Command::RenderSegment) => render_segment().await,
        Some(Command::Backup { folder }) => {
            ended(told(async |config| data::backup::backup(&config, &folder).await).await)
        }
        Some(Command::Restore { folder }) => {
            ended(told(async |config| data::restore::restore(&config, &folder).await).await)
        }
        Some(Command::MigrateData { to, without_open_uploads }) => ended(migrate(&to, without_open_uploads).await),
        Some(Command::Doctor) => {
            if doctor::run().await {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

/// The last word is JSON on standard output, whatever happened; a piece that was not made is a failure of the program too.
async fn render_segment() -> ExitCode {
    let config = match Config::load(Path::new(config::FILE)) {
        Ok(config) => config,
        Err(error) => return said("Not rendered", Err(error)),
    };
    let mut text = Vec::new();
    if let Err(error) = tokio::io::stdin().read_to_end(&mut text).await {
        return said("Not rendered", Err(error));
    }
    let order = match serde_json::from_slice(&text) {
        Ok(order) => order,
        Err(error) => return said("Not rendered: the order is not readable", Err(error)),
    };
    let last = remote::render::run(order, &config.media.tools()).await;
    println!("{}", serde_json::to_string(&last).unwrap_or_default());
    if last.stage == Stage::Done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs it with this installation's configuration, and says what was moved.
async fn told(run: impl AsyncFnOnce(Config) -> Result<Moved, DataError>) -> Result<(), DataError> {
    let config = Config::load(Path::new(config::FILE)).map_err(StartError::from)?;
    let Moved { files, bytes, kept } = run(config).await?;
    println!("Done: {files} files, {bytes} bytes, all checksums match; {kept} files were there already.");
    Ok(())
}

async fn migrate(to: &Path, without_open_uploads: bool) -> Result<(), DataError> {
    let from = Config::load(Path::new(config::FILE)).map_err(StartError::from)?;
    let to = Config::of_file(to).map_err(StartError::from)?;
    let report = data::migrate::migrate(&from, &to, without_open_uploads).await?;
    println!("| table | rows |\n| --- | --- |");
    for (table, rows) in &report.rows {
        println!("| {table} | {rows} |");
    }
    match report.objects {
        Some(Moved { files, bytes, kept }) => {
            println!("| objects | {files} ({bytes} bytes), {kept} were there already |");
        }
        None => println!("| objects | stay in the store that both use |"),
    }
    println!("Every count and checksum matches. Start Touchline with the new configuration now.");
    Ok(())
}

fn started(result: Result<(), StartError>) -> ExitCode {
    said("Touchline does not start", result)
}

fn ended(result: Result<(), DataError>) -> ExitCode {
    said("Not done", result)
}

fn said<E: std::fmt::Display>(what: &str, result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{what}: {error}");
            ExitCode::FAILURE
        }
    }
}
