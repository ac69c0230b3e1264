//! `touchline doctor`: tries what the server needs, for real, and says how to mend what fails.

use super::{
    config::{self, Config},
    start::{self, StoreAlone},
};
use crate::{
    media::Tools,
    storage::{self, PublicBase},
};
use std::path::Path;

/// Less free space than this is worth a word: 5 GB.
const LITTLE_SPACE: u64 = 5_000_000_000;

/// One thing that was tried.
struct Finding {
    name: &'static str,
    ok: bool,
    detail: String,
    mend: String,
}

impl Finding {
    fn good(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, ok: true, detail: detail.into(), mend: String::new() }
    }

    fn bad(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name, ok: false, detail: detail.into(), mend: mend.into() }
    }
}

/// Prints a line for each thing; whether all is well.
pub async fn run() -> bool {
    let findings = match Config::load(Path::new(config::FILE)) {
        Ok(config) => check(&config).await,
        Err(error) => vec![Finding::bad("configuration", error.to_string(), "Mend the key that is named.")],
    };
    for finding in &findings {
        println!("{} {}: {}", if finding.ok { "ok  " } else { "FAIL" }, finding.name, finding.detail);
        if !finding.ok {
            println!("     {}", finding.mend);
        }
    }
    findings.iter().all(|finding| finding.ok)
}

async fn check(config: &Config) -> Vec<Finding> {
    let mut findings = vec![Finding::good("configuration", "every key is valid"), data_folder(config)];
    match start::open_database(config, std::time::Duration::ZERO).await {
        Ok(db) => {
            findings.push(Finding::good("database", format!("{:?}, schema up to date", db.backend())));
            findings.extend(object_store(config, &db).await);
        }
        Err(error) => {
            findings.push(Finding::bad("database", error.to_string(), "Start the database, or mend its address."));
        }
    }
    findings.extend(ffmpeg(config).await);
    findings
}

fn data_folder(config: &Config) -> Finding {
    let folder = config.data.display();
    if let Err(error) = std::fs::create_dir_all(&config.data) {
        return Finding::bad("data folder", format!("{folder}: {error}"), "Choose another with TOUCHLINE_DATA.");
    }
    match rustix::fs::statvfs(&config.data) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let detail = format!("{folder}, {} GB free", free / 1_000_000_000);
            if free < LITTLE_SPACE {
                Finding::bad("data folder", detail, "Free some space: a match is 5 to 20 GB.")
            } else {
                Finding::good("data folder", detail)
            }
        }
        Err(error) => Finding::bad("data folder", format!("{folder}: {error}"), "Choose another with TOUCHLINE_DATA."),
    }
}

async fn object_store(config: &Config, db: &super::db::Db) -> Vec<Finding> {
    let alone = match StoreAlone::open(config, db).await {
        Ok(alone) => alone,
        Err(error) => {
            return vec![Finding::bad("object store", error.to_string(), "Mend the storage table of Leptos.toml.")];
        }
    };
    let checks = match PublicBase::parse(&format!("http://{}", alone.bound)) {
        Ok(base) => storage::doctor::check(&alone.store, &base).await,
        Err(_) => Vec::new(),
    };
    checks
        .into_iter()
        .map(|check| Finding { name: check.name, ok: check.ok, detail: check.detail, mend: check.how_to_mend })
        .collect()
}

async fn ffmpeg(config: &Config) -> Vec<Finding> {
    match Tools::find(&config.media.tools()).await {
        Ok(tools) => tools
            .findings()
            .into_iter()
            .map(|found| {
                if found.ok {
                    Finding::good(found.name, found.sentence)
                } else {
                    Finding::bad(found.name, "missing or not usable", found.sentence)
                }
            })
            .collect(),
        Err(error) => {
            vec![Finding::bad(
                "ffmpeg",
                error.to_string(),
                "Install ffmpeg (apt-get install ffmpeg, brew install ffmpeg).",
            )]
        }
    }
}
