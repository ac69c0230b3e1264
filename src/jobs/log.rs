//! What happened to a job, line by line, for who asks why it takes so long: "+12 s  Part 3: attempt 2 on 4711-ab12cd".
//! Lines stand on the row of the whole tree; the last 4,000 characters stay. No path and no address is ever in it.

use super::types::{Job, Kind};
use crate::{
    domain::ids::JobId,
    server::db::{Db, now_ms},
};
use sqlx::{AnyConnection, AssertSqlSafe};

const MOST_CHARACTERS: usize = 4_000;

/// SQL for `log_tail` with the text `added` (SQL, too) on a line of its own at its end; nothing is added when that is empty.
pub(super) fn appended(added: &str) -> String {
    let whole = format!(
        "CASE WHEN COALESCE({added}, '') = '' THEN COALESCE(log_tail, '') WHEN COALESCE(log_tail, '') = '' THEN {added} \
         ELSE log_tail || '\n' || {added} END"
    );
    format!(
        "substr({whole}, CASE WHEN length({whole}) > {MOST_CHARACTERS} THEN length({whole}) - {} ELSE 1 END)",
        MOST_CHARACTERS - 1
    )
}

/// Writes a line under the time since the whole was begun. It is only a log: whoever writes it goes on without, too.
pub async fn say(db: &Db, job: &Job, line: &str) {
    let tree = job.parent.as_ref().unwrap_or(&job.id);
    let written = async {
        let mut connection = db.pool().acquire().await?;
        say_in(&mut connection, tree, line).await
    };
    if let Err(error) = written.await {
        tracing::warn!(job.id = %tree, error = %error, "job.log_failed");
    }
}

pub async fn say_in(connection: &mut AnyConnection, tree: &JobId, line: &str) -> Result<(), sqlx::Error> {
    let timed = "('+' || CAST(($1 - COALESCE(started_at, $1)) / 1000 AS TEXT) || ' s  ' || CAST($2 AS TEXT))";
    let sql = format!(
        "UPDATE jobs SET log_tail = {}, version = version + 1 WHERE id = $3 AND state IN ('pending', 'processing')",
        appended(timed)
    );
    sqlx::query(AssertSqlSafe(sql)).bind(now_ms()).bind(line).bind(tree.as_str()).execute(connection).await.map(drop)
}

/// A job as its log names it: "Part 3", "Sound"; nothing for the whole.
pub fn name_of(job: &Job) -> Option<String> {
    match job.kind {
        Kind::Segment => {
            let at: usize = job.subject.rsplit('/').next()?.parse().ok()?;
            Some(format!("Part {}", at + 1))
        }
        Kind::Sound => Some("Sound".to_owned()),
        Kind::Probe | Kind::Export | Kind::Sprites | Kind::Waveform | Kind::Proxy => None,
    }
}
