//! Starting, feeding, watching and ending child processes.
//!
//! Every child has a process group of its own and is killed with it: at once when the token of its work is cancelled,
//! when a read or write of ours has waited too long for it, and when its handle is dropped. Reading and writing block, so
//! a [`Running`] lives on a blocking thread.

use super::{
    error::{MediaError, MediaErrorKind as Kind},
    sandbox::{Needs, Sandbox},
};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::{
    ffi::OsString,
    io::{self, Read, Write},
    os::{fd::AsFd, unix::process::CommandExt},
    path::PathBuf,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// How much of what a program says is kept.
const TAIL: usize = 4_096;
#[cfg(target_os = "linux")]
const PIPE_BYTES: usize = 1 << 20;

/// One program to run.
#[derive(Debug)]
pub struct Call {
    pub program: PathBuf,
    pub args: Vec<OsString>,
    /// Standard input is fed by us; otherwise it is empty.
    pub fed: bool,
    pub needs: Needs,
}

/// A running child. Dropping it kills it and waits for its end.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Arc<Group>,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    tail: Option<JoinHandle<Vec<u8>>>,
    /// Ends the watcher.
    done: CancellationToken,
}

/// Starts `call`. Needs a tokio runtime around it (blocking threads of tokio have one): a task watches the child.
/// `patience`: how long one read or write may wait before the child counts as stalled.
pub fn start(
    call: &Call,
    sandbox: &Sandbox,
    patience: Duration,
    cancel: &CancellationToken,
) -> Result<Running, MediaError> {
    if cancel.is_cancelled() {
        return Err(Kind::Cancelled.into());
    }
    let (program, args) = sandbox.wrap(&call.program, &call.args, &call.needs);
    let mut command = Command::new(program);
    command.args(args).stdin(if call.fed { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = spawn(command).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => MediaError::from(Kind::ToolMissing),
        kind => MediaError::new(Kind::ToolFailed, kind),
    })?;
    let group = Arc::new(Group {
        leader: Pid::from_child(&child),
        life: Mutex::new(Life::Running),
        started: Instant::now(),
        waiting: AtomicU64::new(0),
    });
    let done = CancellationToken::new();
    tokio::spawn(watch(Arc::clone(&group), patience, cancel.clone(), done.clone()));
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    stdin.iter().for_each(widen);
    stdout.iter().for_each(widen);
    let tail = child.stderr.take().map(|stderr| thread::spawn(move || keep_tail(stderr)));
    Ok(Running { child, group, stdin, stdout, tail, done })
}

/// A picture is megabytes, a pipe holds 64 kB: with more room both sides work instead of waking each other. Where the system
/// allows no more, it stays as it is.
#[cfg(target_os = "linux")]
fn widen(pipe: &impl AsFd) {
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIPE_BYTES);
}

#[cfg(not(target_os = "linux"))]
fn widen(_: &impl AsFd) {}

impl Running {
    /// Fills `buffer` from the child's output. `Ok(false)`: the output ended before its first byte. An output that ends
    /// in the middle is the child's failure.
    pub fn read_frame(&mut self, buffer: &mut [u8]) -> Result<bool, MediaError> {
        match self.fill(buffer)? {
            0 => Ok(false),
            count if count == buffer.len() => Ok(true),
            _ => Err(self.failure("the output ended in the middle of a frame")),
        }
    }

    /// Reads until `buffer` is full or the output ends; how many bytes that were.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, MediaError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    }

    /// One read of the child's output; 0 at its end.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, MediaError> {
        let Some(stdout) = &mut self.stdout else { return Ok(0) };
        loop {
            let _waiting = self.group.wait();
            match stdout.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                answer => return Ok(answer?),
            }
        }
    }

    /// Writes all of `bytes` to the child's input.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), MediaError> {
        let Some(stdin) = &mut self.stdin else { return Err(Kind::ToolFailed.into()) };
        let written = {
            let _waiting = self.group.wait();
            stdin.write_all(bytes)
        };
        // A closed pipe says only that the child ended; why, its end says.
        written.map_err(|_| self.failure("the input was closed early"))
    }

    /// Closes its input and waits for its end, which must be a good one.
    pub fn finish(mut self) -> Result<(), MediaError> {
        self.stdin = None;
        let answer = self.end();
        let (status, tail) = answer?;
        match self.group.life().clone() {
            Life::Killed(kind) => Err(MediaError::new(kind, tail)),
            _ if status => Ok(()),
            _ => Err(failed(&tail)),
        }
    }

    /// Kills it and says why it failed, or `otherwise`.
    fn failure(&mut self, otherwise: &str) -> MediaError {
        self.stdin = None;
        self.stdout = None;
        // It is about to end by itself: give it the moment to say why.
        let until = Instant::now() + Duration::from_secs(1);
        while !self.group.has_ended() && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        self.group.kill(Kind::ToolFailed);
        match self.end() {
            Err(error) => error,
            Ok((_, tail)) => match self.group.life().clone() {
                Life::Killed(kind) if kind != Kind::ToolFailed => MediaError::new(kind, tail),
                _ if tail.is_empty() => MediaError::new(Kind::ToolFailed, otherwise),
                _ => failed(&tail),
            },
        }
    }

    /// Waits for the end: whether it was a good one, and the last words.
    fn end(&mut self) -> Result<(bool, String), MediaError> {
        {
            let _waiting = self.group.wait();
            self.group.wait_for_end();
        }
        let status = {
            // From here on the process id may be given to another: no more signals.
            let mut life = self.group.life();
            if *life == Life::Running {
                *life = Life::Ended;
            }
            self.child.wait()?
        };
        self.done.cancel();
        let tail = self.tail.take().and_then(|tail| tail.join().ok()).unwrap_or_default();
        Ok((status.success(), scrub(&String::from_utf8_lossy(&tail))))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.group.kill(Kind::Cancelled);
        let _ = self.end();
    }
}

fn failed(tail: &str) -> MediaError {
    let full = tail.contains("No space left on device") || tail.contains("Disk quota exceeded");
    MediaError::new(if full { Kind::DiskFull } else { Kind::ToolFailed }, tail)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Life {
    Running,
    Killed(Kind),
    Ended,
}

#[derive(Debug)]
struct Group {
    leader: Pid,
    life: Mutex<Life>,
    started: Instant,
    /// Milliseconds after `started` at which our current read or write began, plus one; 0 while none waits.
    waiting: AtomicU64,
}

/// While it lives, the child is being waited for.
struct Waiting<'a>(&'a AtomicU64);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl Group {
    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX - 1)
    }

    fn wait(&self) -> Waiting<'_> {
        self.waiting.store(self.now() + 1, Ordering::Relaxed);
        Waiting(&self.waiting)
    }

    fn is_stalled(&self, patience: Duration) -> bool {
        let since = self.waiting.load(Ordering::Relaxed);
        since > 0 && u128::from((self.now() + 1).saturating_sub(since)) > patience.as_millis()
    }

    fn kill(&self, why: Kind) {
        let mut life = self.life();
        if *life == Life::Running {
            *life = Life::Killed(why);
            // An error says that the group is gone already, which is what was wanted.
            let _ = kill_process_group(self.leader, Signal::KILL);
        }
    }

    /// Leaves the child unreaped, so that its id stays its own and a signal can still reach its group.
    fn wait_for_end(&self) {
        while let Err(error) = waitid(WaitId::Pid(self.leader), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            if error != rustix::io::Errno::INTR {
                return;
            }
        }
    }

    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        !matches!(waitid(WaitId::Pid(self.leader), options), Ok(None))
    }
}

async fn watch(group: Arc<Group>, patience: Duration, cancel: CancellationToken, done: CancellationToken) {
    let pause = (patience / 4).min(Duration::from_secs(1));
    loop {
        tokio::select! {
            () = cancel.cancelled() => return group.kill(Kind::Cancelled),
            () = done.cancelled() => return,
            () = tokio::time::sleep(pause) => {
                if group.is_stalled(patience) {
                    return group.kill(Kind::Stalled);
                }
            }
        }
    }
}

/// Starts a process on the one thread that never ends: the signal that a child gets when its parent dies follows the
/// thread that started it, and threads of a pool come and go.
fn spawn(command: Command) -> io::Result<Child> {
    type Request = (Command, mpsc::SyncSender<io::Result<Child>>);
    static SPAWNER: OnceLock<mpsc::Sender<Request>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, requests) = mpsc::channel::<Request>();
        thread::spawn(move || {
            for (mut command, reply) in requests {
                let _ = reply.send(command.spawn());
            }
        });
        sender
    });
    let (reply, answer) = mpsc::sync_channel(1);
    let gone = || io::Error::other("the spawning thread is gone");
    spawner.send((command, reply)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

/// Reads to the end, keeps the last [`TAIL`] bytes.
fn keep_tail(mut stderr: ChildStderr) -> Vec<u8> {
    let (mut kept, mut buffer) = (Vec::new(), [0; 1_024]);
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..count]);
        let excess = kept.len().saturating_sub(TAIL);
        kept.drain(..excess);
    }
    kept
}

/// Without paths (they are nobody's business but the machine's) and control characters.
pub fn scrub(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let (mut before, mut in_path) = (' ', false);
    for character in text.chars() {
        let starts = character == '/' && (before.is_whitespace() || "'\"=(:[".contains(before));
        let ends = character.is_whitespace() || "'\",)]".contains(character);
        in_path = if in_path { !ends } else { starts };
        if starts && in_path {
            clean.push_str("<file>");
        } else if !in_path && (!character.is_control() || character == '\n') {
            clean.push(character);
        }
        before = character;
    }
    clean.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::tools::Tools;
    use std::path::Path;

    async fn run(script: &str, patience: Duration, cancel: &CancellationToken) -> Result<Vec<u8>, MediaError> {
        let sandbox = Sandbox::detect(Path::new("/bin/true"), false);
        let needs = Needs { cpu_seconds: 20, memory_bytes: 4 << 30, ..Needs::default() };
        let call = Call { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()], fed: false, needs };
        let cancel = cancel.clone();
        let work = move || {
            let mut running = start(&call, &sandbox, patience, &cancel)?;
            let (mut output, mut buffer) = (Vec::new(), [0; 64]);
            loop {
                match running.read(&mut buffer)? {
                    0 => return running.finish().map(|()| output),
                    count => output.extend_from_slice(&buffer[..count]),
                }
            }
        };
        tokio::task::spawn_blocking(work).await.expect("no panic")
    }

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn output_and_failure_come_back() {
        let cancel = CancellationToken::new();
        assert_eq!(run("printf hello", LONG, &cancel).await.expect("output"), b"hello");
        let error =
            run("echo 'cannot open /srv/data/x.mp4: no' >&2; exit 3", LONG, &cancel).await.expect_err("failure");
        assert_eq!((error.code(), error.log_tail()), ("ffmpeg_failed", "cannot open <file> no"));
        let full = run("echo 'No space left on device' >&2; exit 1", LONG, &cancel).await.expect_err("failure");
        assert!(full.is_permanent());
        let noisy = run("yes complaint | head -c 100000 >&2; exit 1", LONG, &cancel).await.expect_err("failure");
        assert!((4_000..=TAIL).contains(&noisy.log_tail().len()));
    }

    #[tokio::test]
    async fn cancelling_kills_children_of_children() {
        let cancel = CancellationToken::new();
        let after = cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            after.cancel();
        });
        let started = Instant::now();
        let error = run("sleep 71.25 & sleep 71.25; wait", LONG, &cancel).await.expect_err("cancelled");
        assert_eq!(error.kind(), Kind::Cancelled);
        assert!(started.elapsed() < Duration::from_secs(1));
        assert_eq!(crate::media::testing::processes_with("71.25"), 0);
    }

    #[tokio::test]
    async fn who_does_not_move_is_ended() {
        let error =
            run("sleep 72.25", Duration::from_millis(200), &CancellationToken::new()).await.expect_err("stalled");
        assert_eq!(error.kind(), Kind::Stalled);
    }

    #[tokio::test]
    async fn a_missing_program_is_named() {
        let config = crate::media::ToolsConfig { ffmpeg: Some("/nowhere/ffmpeg".into()), ..Default::default() };
        assert_eq!(Tools::find(&config).await.expect_err("missing").code(), "ffmpeg_missing");
    }

    #[test]
    fn paths_are_scrubbed() {
        assert_eq!(scrub("'/a/b c' at 1/25, file:/x/y.mp4: bad"), "'<file> c' at 1/25, file:<file> bad");
    }
}
