//! The queue's rules, straight at its rows: claim, fence, lease, cancel, double submit, retry.

use crate::database::Database;
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashSet;
use tempfile::TempDir;
use touchline::{
    accounts,
    domain::ids::{AccountId, ExportId, JobId, VideoId},
    jobs::{
        log,
        store::{self, Ending, Ticked},
        trees,
        types::{Job, Kind, Lane, NewJob, Progress},
    },
    server::db::{Db, now_ms},
};

/// Two tests of one body, each with a fresh queue.
macro_rules! on_both {
    ($name:ident, $body:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                ($body)(Queue::open(Database::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                ($body)(Queue::open(Database::Postgres).await).await;
            }
        }
    };
}

struct Queue {
    db: Db,
    owner: AccountId,
    _folder: TempDir,
}

impl Queue {
    async fn open(database: Database) -> Self {
        let (db, folder) = database.open().await;
        let owner = accounts::store::create(&db, "Somebody").await.expect("an account");
        Self { db, owner, _folder: folder }
    }

    async fn submit(&self, new: &NewJob) -> JobId {
        let mut tx = self.db.begin_write().await.expect("a transaction");
        let id = store::submit(&mut tx, new).await.expect("accepted");
        tx.commit().await.expect("committed");
        id
    }

    async fn export(&self, request: &str) -> JobId {
        self.submit(&NewJob::export(&self.owner, &ExportId::generate(), request)).await
    }

    async fn claim(&self) -> Option<Job> {
        store::claim(&self.db, "tester", "", Lane::All).await.expect("an answer")
    }

    /// Every worker has died.
    async fn leases_run_out(&self) {
        sqlx::query("UPDATE jobs SET lease_until = 1").execute(self.db.pool()).await.expect("done");
    }

    async fn tick(&self, job: &Job) -> Ticked {
        let progress = Progress { stage: "render", done: 3, total: 9 };
        store::tick(&self.db, job, progress, true).await.expect("an answer")
    }

    async fn text(&self, job: &JobId, column: &str) -> String {
        let sql = AssertSqlSafe(format!("SELECT CAST({column} AS TEXT) AS value FROM jobs WHERE id = $1"));
        let row = sqlx::query(sql).bind(job.as_str()).fetch_one(self.db.pool()).await.expect("a row");
        row.get::<Option<String>, _>("value").unwrap_or_default()
    }

    async fn state(&self, job: &JobId) -> String {
        self.text(job, "state").await
    }
}

on_both!(a_job_is_claimed_once, |queue: Queue| async move {
    let mut submitted = HashSet::new();
    for n in 0..24 {
        submitted.insert(queue.export(&n.to_string()).await);
    }
    let claimers = (0..8).map(|_| {
        let db = queue.db.clone();
        tokio::spawn(async move {
            let mut claimed = Vec::new();
            while let Some(job) = store::claim(&db, "tester", "", Lane::All).await.expect("an answer") {
                claimed.push(job.id);
            }
            claimed
        })
    });
    let mut claimed = Vec::new();
    for claimer in claimers.collect::<Vec<_>>() {
        claimed.extend(claimer.await.expect("it ends"));
    }
    assert_eq!(claimed.len(), 24);
    assert_eq!(claimed.into_iter().collect::<HashSet<_>>(), submitted);
});

on_both!(who_lost_the_lease_changes_nothing, |queue: Queue| async move {
    let id = queue.export("a").await;
    let old = queue.claim().await.expect("a job");
    assert_eq!((old.attempt, queue.tick(&old).await), (1, Ticked::GoOn));
    assert!(queue.claim().await.is_none(), "the lease holds");
    queue.leases_run_out().await;
    let new = queue.claim().await.expect("the same job");
    assert_eq!((&new.id, new.attempt, new.fence), (&id, 1, old.fence + 1), "who moved is not charged");
    let before = queue.text(&id, "version").await;
    assert_eq!(queue.tick(&old).await, Ticked::Lost);
    assert!(!store::complete(queue.db.pool(), &old, Some("x")).await.expect("an answer"));
    for ending in [Ending::Cancelled, Ending::Released, Ending::Error { code: "x", message: "x", log: "x" }] {
        assert!(!store::end(&queue.db, &old, ending).await.expect("an answer"));
    }
    assert_eq!((queue.text(&id, "version").await, queue.state(&id).await), (before, "processing".to_owned()));
    assert!(store::complete(queue.db.pool(), &new, Some("result")).await.expect("an answer"));
    assert_eq!((queue.state(&id).await, queue.text(&id, "output").await), ("complete".to_owned(), "result".to_owned()));
    assert_eq!(queue.tick(&new).await, Ticked::Lost, "what has ended does not move");
    queue.leases_run_out().await;
    assert!(queue.claim().await.is_none());
});

on_both!(a_cancel_reaches_who_waits_and_who_runs, |queue: Queue| async move {
    let (running, waiting) = (queue.export("a").await, queue.export("b").await);
    let job = queue.claim().await.expect("the first");
    assert_eq!(job.id, running);
    let stranger = AccountId::generate();
    for id in [&running, &waiting] {
        store::request_cancel(&queue.db, &stranger, id).await.expect("done");
    }
    assert_eq!((queue.tick(&job).await, queue.state(&waiting).await), (Ticked::GoOn, "pending".to_owned()));
    for id in [&running, &waiting] {
        store::request_cancel(&queue.db, &queue.owner, id).await.expect("done");
    }
    assert_eq!(queue.state(&waiting).await, "cancelled");
    assert_eq!((queue.state(&running).await, queue.tick(&job).await), ("processing".to_owned(), Ticked::Cancelled));
    assert!(!store::complete(queue.db.pool(), &job, None).await.expect("an answer"), "a cancel that came first wins");
    assert!(store::end(&queue.db, &job, Ending::Cancelled).await.expect("an answer"));
    assert_eq!(queue.state(&running).await, "cancelled");
    assert!(queue.claim().await.is_none());
});

on_both!(a_cancel_is_kept_though_its_worker_died, |queue: Queue| async move {
    let id = queue.export("a").await;
    queue.claim().await.expect("a job");
    store::request_cancel(&queue.db, &queue.owner, &id).await.expect("done");
    queue.leases_run_out().await;
    assert!(queue.claim().await.is_none());
    assert_eq!(store::end_abandoned(&queue.db).await.expect("an answer"), [(queue.owner.clone(), id.clone())]);
    assert_eq!(queue.state(&id).await, "cancelled");
});

on_both!(a_double_submit_is_one_job, |queue: Queue| async move {
    let first = queue.export("a").await;
    assert_eq!(queue.export("a").await, first);
    assert_ne!(queue.export("b").await, first);
    let other = accounts::store::create(&queue.db, "Somebody else").await.expect("an account");
    let theirs = queue.submit(&NewJob::export(&other, &ExportId::generate(), "a")).await;
    assert_ne!(theirs, first, "another owner's is another job");
    let many = (0..8).map(|_| {
        let (db, new) = (queue.db.clone(), NewJob::export(&queue.owner, &ExportId::generate(), "c"));
        tokio::spawn(async move {
            let mut tx = db.begin_write().await.expect("a transaction");
            let id = store::submit(&mut tx, &new).await.expect("accepted");
            tx.commit().await.expect("committed");
            id
        })
    });
    let mut accepted = HashSet::new();
    for one in many.collect::<Vec<_>>() {
        accepted.insert(one.await.expect("it ends"));
    }
    assert_eq!(accepted.len(), 1);
    let job = queue.claim().await.expect("the first");
    assert_eq!(queue.export("a").await, first, "while it runs, too");
    store::complete(queue.db.pool(), &job, None).await.expect("an answer");
    assert_ne!(queue.export("a").await, first, "afterwards it is a new one");
});

on_both!(a_job_that_kills_its_worker_ends, |queue: Queue| async move {
    let id = queue.export("a").await;
    for attempt in 1..=5 {
        assert_eq!(queue.claim().await.expect("a job").attempt, attempt);
        assert_eq!(store::end_abandoned(&queue.db).await.expect("an answer"), []);
        queue.leases_run_out().await;
    }
    assert!(queue.claim().await.is_none());
    assert_eq!(store::end_abandoned(&queue.db).await.expect("an answer"), [(queue.owner.clone(), id.clone())]);
    assert_eq!(
        (queue.state(&id).await, queue.text(&id, "error_code").await),
        ("error".to_owned(), "crash_loop".to_owned())
    );
    assert!(queue.text(&id, "error_detail").await.ends_with('.'), "a sentence");
    // Tried again it starts afresh, but never beside a twin.
    assert!(!store::retry(&queue.db, &AccountId::generate(), &id).await.expect("an answer"));
    let twin = queue.export("a").await;
    assert!(!store::retry(&queue.db, &queue.owner, &id).await.expect("an answer"));
    store::request_cancel(&queue.db, &queue.owner, &twin).await.expect("done");
    assert!(store::retry(&queue.db, &queue.owner, &id).await.expect("an answer"));
    assert!(!store::retry(&queue.db, &queue.owner, &id).await.expect("an answer"), "it waits already");
    assert_eq!(queue.text(&id, "error_code").await, "");
    assert_eq!(queue.claim().await.expect("a job").attempt, 1);
});

on_both!(a_failure_waits_and_a_stop_is_not_charged, |queue: Queue| async move {
    let id = queue.export("a").await;
    let job = queue.claim().await.expect("a job");
    assert!(store::end(&queue.db, &job, Ending::Released).await.expect("an answer"));
    let job = queue.claim().await.expect("at once");
    assert_eq!(job.attempt, 1);
    let later = Ending::Again { run_after: now_ms() + 3_600_000, code: "store", message: "No answer.", log: "" };
    assert!(store::end(&queue.db, &job, later).await.expect("an answer"));
    assert_eq!(queue.state(&id).await, "pending");
    assert!(queue.claim().await.is_none(), "not yet due");
    sqlx::query("UPDATE jobs SET run_after = 1").execute(queue.db.pool()).await.expect("done");
    assert_eq!(queue.claim().await.expect("due").attempt, 2);
    // A server that starts alone lets go of what a dead one held.
    assert_eq!(store::release_all(&queue.db).await.expect("an answer"), 1);
    assert_eq!(queue.claim().await.expect("let go").attempt, 3);
});

on_both!(restarts_do_not_use_up_a_job_that_moves, |queue: Queue| async move {
    let id = queue.export("a").await;
    for frames in [30, 60, 90, 120, 150] {
        let job = queue.claim().await.expect("the server starts, and goes on");
        let progress = Progress { stage: "render", done: frames, total: 900 };
        assert_eq!(store::tick(&queue.db, &job, progress, true).await.expect("an answer"), Ticked::GoOn);
        assert_eq!(store::release_all(&queue.db).await.expect("an answer"), 1);
    }
    // What a crash took is made again: the bar does not run backwards.
    let job = queue.claim().await.expect("a job");
    let again = Progress { stage: "render", done: 90, total: 900 };
    store::tick(&queue.db, &job, again, true).await.expect("an answer");
    assert_eq!(queue.text(&id, "done").await, "150");
    store::release_all(&queue.db).await.expect("an answer");
    // Now it dies at the same place each time.
    for attempt in 2..=5 {
        let job = queue.claim().await.expect("a job");
        assert_eq!(job.attempt, attempt);
        let progress = Progress { stage: "render", done: 150, total: 900 };
        store::tick(&queue.db, &job, progress, true).await.expect("an answer");
        store::release_all(&queue.db).await.expect("an answer");
    }
    assert!(queue.claim().await.is_none());
    store::end_abandoned(&queue.db).await.expect("an answer");
    assert_eq!(queue.text(&id, "error_code").await, "crash_loop");
});

on_both!(urgent_work_goes_first_and_owners_take_turns, |queue: Queue| async move {
    let (one, two) = (queue.export("1").await, queue.export("2").await);
    let other = accounts::store::create(&queue.db, "Somebody else").await.expect("an account");
    let theirs = queue.submit(&NewJob::export(&other, &ExportId::generate(), "1")).await;
    let probe = queue.submit(&NewJob::probe(&other, &VideoId::generate())).await;
    let mut order = Vec::new();
    while let Some(job) = queue.claim().await {
        order.push(job.id.clone());
        if job.id == probe {
            store::complete(queue.db.pool(), &job, None).await.expect("an answer");
        }
    }
    assert_eq!(order, [probe, one, theirs, two]);
});

impl Queue {
    /// An export that waits for two segments of 40 and 60 frames: its job as it was claimed, and the segments'.
    async fn tree(&self, requires: &str) -> Job {
        self.export("a").await;
        let parent = self.claim().await.expect("the export");
        assert!(self.wait(&parent, requires).await);
        parent
    }

    async fn wait(&self, parent: &Job, requires: &str) -> bool {
        let piece = |n: &str, frames| {
            NewJob::piece(parent, Kind::Segment, format!("{}/{n}", parent.subject), n, requires, frames)
        };
        let mut tx = self.db.begin_write().await.expect("a transaction");
        let progress = Progress { stage: "plan", done: 20, total: 120 };
        let held = trees::wait(&mut tx, parent, &[piece("0", 40), piece("1", 60)], progress).await.expect("an answer");
        tx.commit().await.expect("committed");
        held
    }

    async fn settle(&self) -> trees::Settled {
        trees::settle_rows(&self.db, None).await.expect("settled")
    }

    async fn done(&self, job: &Job) -> bool {
        store::complete(self.db.pool(), job, None).await.expect("an answer")
    }
}

on_both!(a_parent_waits_for_its_children, |queue: Queue| async move {
    let parent = queue.tree("").await;
    assert_eq!(queue.tick(&parent).await, Ticked::Lost, "a late tick does not touch what waits");
    let one = queue.claim().await.expect("a segment");
    let two = queue.claim().await.expect("another");
    assert_eq!((one.kind, &one.parent, one.attempt), (Kind::Segment, &Some(parent.id.clone()), 1));
    assert!(queue.claim().await.is_none(), "the parent waits");
    assert_eq!(queue.settle().await, trees::Settled::default());
    let moved = Progress { stage: "render", done: 10, total: 60 };
    store::tick(&queue.db, &two, moved, true).await.expect("ticked");
    trees::carry_up(&queue.db, &parent.id, "render").await.expect("carried");
    assert_eq!(
        (queue.text(&parent.id, "done").await, queue.text(&parent.id, "stage").await),
        ("30".to_owned(), "render".to_owned())
    );
    assert!(queue.done(&two).await);
    assert_eq!(queue.settle().await.ready, 0, "one is left");
    assert!(queue.done(&one).await);
    assert_eq!(queue.settle().await.ready, 1);
    let again = queue.claim().await.expect("the export");
    assert_eq!((&again.id, again.attempt), (&parent.id, 1), "to go on is no new attempt");
    assert!(!queue.wait(&parent, "").await, "who was there before hands out nothing");
    assert!(queue.done(&again).await);
    assert_eq!(queue.text(&parent.id, "done").await, "120");
    trees::forget(&queue.db, now_ms() + 1).await.expect("forgotten");
    assert_eq!(queue.text(&parent.id, "(SELECT COUNT(*) FROM jobs)").await, "1", "children go, the export stays");
});

on_both!(an_error_goes_up_and_a_cancel_down, |queue: Queue| async move {
    let parent = queue.tree("").await;
    let one = queue.claim().await.expect("a segment");
    log::say(&queue.db, &one, &format!("{}: begun", log::name_of(&one).expect("a part"))).await;
    let failed = Ending::Error { code: "truncated_video", message: "It ends early.", log: "tail" };
    assert!(store::end(&queue.db, &one, failed).await.expect("an answer"));
    let settled = queue.settle().await;
    assert_eq!(settled.failed, [(queue.owner.clone(), parent.id.clone())]);
    for (column, value) in [("state", "error"), ("error_code", "truncated_video")] {
        assert_eq!(queue.text(&parent.id, column).await, value);
    }
    let log = queue.text(&parent.id, "log_tail").await;
    assert_eq!(log, "+0 s  Part 1: begun\ntail", "what happened, then what the tools said");
    assert!(queue.claim().await.is_none(), "its other child is cancelled");

    // Tried again, then cancelled by its owner while one child runs.
    assert!(store::retry(&queue.db, &queue.owner, &parent.id).await.expect("an answer"));
    let parent = queue.claim().await.expect("the export");
    assert!(queue.wait(&parent, "").await);
    let one = queue.claim().await.expect("a segment");
    assert_eq!(queue.settle().await, trees::Settled::default(), "the earlier error is forgotten");
    store::request_cancel(&queue.db, &queue.owner, &parent.id).await.expect("asked");
    assert_eq!(queue.state(&parent.id).await, "cancelled", "nobody has to hear of it");
    assert_eq!(queue.settle().await.stopping, 1);
    assert_eq!(queue.tick(&one).await, Ticked::Cancelled);
    assert!(queue.claim().await.is_none());
});

on_both!(a_child_is_for_machines_of_its_kind, |queue: Queue| async move {
    let parent = queue.tree("one kind").await;
    assert!(store::claim(&queue.db, "w", "another kind", Lane::All).await.expect("an answer").is_none());
    let taken = store::claim(&queue.db, "w", "one kind", Lane::All).await.expect("an answer").expect("a segment");
    assert_eq!(taken.requires, "one kind");
    // That machine dies, and no other of its kind is left: the parent looks again, and hands out for those that are there.
    queue.leases_run_out().await;
    let now = store::claim(&queue.db, "w", "another kind", Lane::All).await.expect("an answer").expect("the export");
    assert_eq!(now.id, parent.id);
    assert!(queue.wait(&now, "another kind").await);
    let states = "(SELECT COUNT(*) FROM jobs WHERE requires = 'one kind' AND state = 'pending')";
    assert_eq!(queue.text(&parent.id, states).await, "0");
    assert!(store::claim(&queue.db, "w", "another kind", Lane::All).await.expect("an answer").is_some());
    // Long without anybody at it.
    sqlx::query("UPDATE jobs SET progress_at = 1, worker = NULL WHERE parent IS NULL")
        .execute(queue.db.pool())
        .await
        .expect("done");
    assert_eq!(queue.settle().await.ready, 0, "somebody is at it");
    sqlx::query("UPDATE jobs SET state = 'pending' WHERE parent IS NOT NULL")
        .execute(queue.db.pool())
        .await
        .expect("done");
    assert_eq!(queue.settle().await.ready, 1);
});
