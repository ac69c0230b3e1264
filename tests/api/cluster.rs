//! A PostgreSQL server of one test's own, which may be stopped as a crash would stop it, and started again.

use crate::database::fresh_in;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

pub struct Cluster {
    /// Ends, and the server with it, when its input does.
    keeper: Child,
    admin: String,
    control: String,
}

impl Cluster {
    pub fn start() -> Self {
        let script = "echo $TOUCHLINE_TEST_POSTGRES_URL; echo $TOUCHLINE_TEST_POSTGRES_CONTROL; exec cat";
        let mut keeper = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/with-postgres"))
            .args(["sh", "-c", script])
            .env("TOUCHLINE_TEST_POSTGRES_SYNC", "on")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a PostgreSQL server");
        let mut lines = BufReader::new(keeper.stdout.take().expect("its output")).lines();
        let mut line = || lines.next().expect("it starts").expect("a line");
        Self { admin: line(), control: line(), keeper }
    }

    pub async fn fresh_url(&self) -> String {
        fresh_in(&self.admin).await
    }

    /// Ends at once, without a word to its clients.
    pub fn crash(&self) {
        self.run("stop");
    }

    pub fn begin_again(&self) {
        self.run("start");
    }

    fn run(&self, what: &str) {
        assert!(Command::new(&self.control).arg(what).status().expect("a program").success(), "{what}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
