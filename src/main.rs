#![recursion_limit = "256"]
//! The command line: `touchline serve | worker | doctor`.

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use touchline::server::{doctor, start};
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
    /// Check database, object store, ffmpeg and disk, and say how to mend what is wrong
    Doctor,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("TOUCHLINE_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,s3s=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Arguments::parse().command {
        None => ended(start::serve(false).await),
        Some(Command::Serve { no_worker }) => ended(start::serve(no_worker).await),
        Some(Command::Worker) => ended(start::work().await),
        Some(Command::Doctor) => {
            if doctor::run().await {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn ended(result: Result<(), start::StartError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Touchline does not start: {error}");
            ExitCode::FAILURE
        }
    }
}
