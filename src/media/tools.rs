//! The programs: where they are, what they can do, and how they are called.

use super::{
    error::{MediaError, MediaErrorKind as Kind},
    hardware::{Hardware, Wanted},
    process::{Call, Running, start},
    sandbox::{self, Needs, Sandbox},
};
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// What a child may use up: far above what honest work needs.
const MEMORY_BYTES: u64 = 6 << 30;
const CPU_SECONDS: u64 = 4 * 3_600;

#[derive(Debug, Clone)]
pub struct ToolsConfig {
    /// ffmpeg itself; ffprobe is looked for beside it. Not given: beside our own program, then in PATH.
    pub ffmpeg: Option<PathBuf>,
    /// Whether bubblewrap may be used where it works.
    pub bubblewrap: bool,
    /// How long a child may keep us waiting.
    pub patience: Duration,
    pub encoder: Wanted,
}

impl Default for ToolsConfig {
    fn default() -> Self {
        Self { ffmpeg: None, bubblewrap: true, patience: Duration::from_mins(1), encoder: Wanted::Any }
    }
}

/// ffmpeg as it is on this machine. Cheap enough to clone.
#[derive(Debug, Clone)]
pub struct Tools {
    ffmpeg: PathBuf,
    ffprobe: PathBuf,
    sandbox: Sandbox,
    capabilities: Capabilities,
    patience: Duration,
    threads: usize,
    hardware: Option<Hardware>,
    /// It failed: this process does without.
    hardware_failed: Arc<AtomicBool>,
}

/// What was found by asking, not by comparing versions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)]
pub struct Capabilities {
    /// The first line of `ffmpeg -version`.
    pub version: String,
    pub libx264: bool,
    pub aac: bool,
    /// HDR becomes SDR with it.
    pub zscale: bool,
    /// Restamps packets; joins chunks on an exact grid.
    pub setts: bool,
    pub sandbox: sandbox::Kind,
}

/// One line of the doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub name: &'static str,
    pub ok: bool,
    /// What is there, or how to mend it.
    pub sentence: String,
}

impl Tools {
    /// Finds and asks the programs; about 0.3 s.
    pub async fn find(config: &ToolsConfig) -> Result<Self, MediaError> {
        let (config, wanted) = (config.clone(), config.encoder);
        let found = tokio::task::spawn_blocking(move || {
            let ffmpeg = match config.ffmpeg {
                Some(path) => executable(&path),
                None => executable(&ffmpeg_sidecar::paths::ffmpeg_path()),
            }?;
            let beside = ffmpeg.with_file_name("ffprobe");
            let ffprobe = executable(&beside).or_else(|| executable(&ffmpeg_sidecar::ffprobe::ffprobe_path()))?;
            let sandbox = Sandbox::detect(&ffmpeg, config.bubblewrap);
            Some((ffmpeg, ffprobe, sandbox, config.patience))
        });
        let (ffmpeg, ffprobe, sandbox, patience) =
            found.await.map_err(|_| Kind::ToolFailed)?.ok_or(Kind::ToolMissing)?;
        let threads = thread::available_parallelism().map_or(2, usize::from).min(8);
        let mut tools = Self {
            ffmpeg,
            ffprobe,
            sandbox,
            capabilities: Capabilities::none(),
            patience,
            threads,
            hardware: None,
            hardware_failed: Arc::default(),
        };
        let (capabilities, encoders) = tools.ask().await?;
        tools.capabilities = capabilities;
        tools.hardware = match wanted {
            Wanted::X264 => None,
            Wanted::This(hardware) => Some(hardware),
            Wanted::Any => Hardware::find(&tools, &encoders).await,
        };
        Ok(tools)
    }

    pub const fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// For decoders and encoders. Part of a chunk's content key: x264 gives other bytes with other threads.
    pub const fn threads(&self) -> usize {
        self.threads
    }

    /// As if this machine had so many: it then encodes the same bytes as one that has.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads: threads.clamp(1, 64), ..self }
    }

    /// The part of a graphics card that encodes here; none: x264 does.
    pub fn hardware(&self) -> Option<Hardware> {
        self.hardware.filter(|_| !self.hardware_failed.load(Ordering::Relaxed))
    }

    /// For `touchline doctor`.
    pub fn findings(&self) -> Vec<Finding> {
        let sentence = match self.hardware() {
            Some(hardware) => format!("Exports are encoded by the graphics card ({}).", hardware.name()),
            None => "Exports are encoded with x264.".to_owned(),
        };
        let mut findings = self.capabilities.findings();
        findings.push(Finding { name: "encoder", ok: true, sentence });
        findings
    }

    /// From now on x264 encodes, in every clone of these.
    pub fn give_up_hardware(&self) {
        self.hardware_failed.store(true, Ordering::Relaxed);
    }

    /// A call of ffmpeg that reads `reads` and nothing else.
    pub fn ffmpeg(&self, args: Vec<OsString>, reads: &[&Path]) -> Call {
        Call { program: self.ffmpeg.clone(), args, fed: false, needs: needs(reads) }
    }

    pub fn ffprobe(&self, args: Vec<OsString>, reads: &[&Path]) -> Call {
        Call { program: self.ffprobe.clone(), args, fed: false, needs: needs(reads) }
    }

    /// Starts `call`; for blocking threads.
    pub fn start(&self, call: &Call, cancel: &CancellationToken) -> Result<Running, MediaError> {
        start(call, &self.sandbox, self.patience, cancel)
    }

    /// Runs `call` to its good end and answers its output, which may be `limit` bytes long. Dropping the future ends it.
    pub async fn output(&self, call: Call, limit: usize, cancel: &CancellationToken) -> Result<Vec<u8>, MediaError> {
        let cancel = cancel.child_token();
        let _ends_with_us = cancel.clone().drop_guard();
        let tools = self.clone();
        let read = move || {
            let mut running = tools.start(&call, &cancel)?;
            let (mut output, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
            loop {
                match running.read(&mut buffer)? {
                    0 => return running.finish().map(|()| output),
                    count if output.len() + count > limit => {
                        return Err(MediaError::new(Kind::ToolFailed, "more output than expected"));
                    }
                    count => output.extend_from_slice(&buffer[..count]),
                }
            }
        };
        tokio::task::spawn_blocking(read).await.map_err(|_| MediaError::new(Kind::ToolFailed, "a thread ended"))?
    }

    /// What it can do, and its list of encoders.
    async fn ask(&self) -> Result<(Capabilities, String), MediaError> {
        let cancel = CancellationToken::new();
        let ask = async |args: &[&str]| {
            let args = args.iter().map(OsString::from).collect();
            let output = self.output(self.ffmpeg(args, &[]), 1 << 20, &cancel).await?;
            Ok::<_, MediaError>(String::from_utf8_lossy(&output).into_owned())
        };
        let version = ask(&["-version"]).await?;
        let encoders = ask(&["-hide_banner", "-encoders"]).await?;
        let filters = ask(&["-hide_banner", "-filters"]).await?;
        let bitstream_filters = ask(&["-hide_banner", "-bsfs"]).await?;
        let capabilities = Capabilities {
            version: version.lines().next().unwrap_or_default().chars().take(200).collect(),
            libx264: lists(&encoders, "libx264"),
            aac: lists(&encoders, "aac"),
            zscale: lists(&filters, "zscale") && lists(&filters, "tonemap"),
            setts: lists(&bitstream_filters, "setts"),
            sandbox: self.sandbox.kind(),
        };
        Ok((capabilities, encoders))
    }
}

/// Whether one of ffmpeg's lists has this name.
pub fn lists(text: &str, name: &str) -> bool {
    text.lines().any(|line| line.split_whitespace().any(|word| word == name))
}

impl Capabilities {
    const fn none() -> Self {
        let sandbox = sandbox::Kind::Bare;
        Self { version: String::new(), libx264: false, aac: false, zscale: false, setts: false, sandbox }
    }

    fn findings(&self) -> Vec<Finding> {
        let finding = |name, ok, good: &str, mend: &str| Finding {
            name,
            ok,
            sentence: if ok { good.to_owned() } else { mend.to_owned() },
        };
        let full = "Install a full build of ffmpeg (Debian: apt install ffmpeg) or set the path of one.";
        vec![
            finding("ffmpeg", !self.version.is_empty(), &self.version, full),
            finding("libx264", self.libx264, "There is x264.", full),
            finding("aac", self.aac, "Exports have AAC sound.", full),
            finding("setts", self.setts, "Chunks are joined frame by frame.", "Use ffmpeg 4.4 or newer."),
            finding(
                "zscale",
                self.zscale,
                "HDR recordings are toned down to SDR.",
                "HDR recordings will look washed out: install an ffmpeg with zscale (libzimg).",
            ),
            match self.sandbox {
                sandbox::Kind::Bubblewrap => {
                    finding("sandbox", true, "Recordings are read in a sandbox without network.", "")
                }
                sandbox::Kind::Setpriv => finding(
                    "sandbox",
                    false,
                    "",
                    "Recordings are read without a sandbox: install bubblewrap (apt install bubblewrap) and allow user namespaces.",
                ),
                sandbox::Kind::Bare => finding(
                    "sandbox",
                    false,
                    "",
                    "A killed server would leave ffmpeg running: install util-linux (setpriv) or bubblewrap.",
                ),
            },
        ]
    }
}

fn needs(reads: &[&Path]) -> Needs {
    let reads = reads.iter().map(|&path| path.into()).collect();
    Needs { reads, writes: None, devices: false, cpu_seconds: CPU_SECONDS, memory_bytes: MEMORY_BYTES }
}

/// The absolute path of a program: as it is, or from PATH when it is a bare name.
fn executable(program: &Path) -> Option<PathBuf> {
    let is_bare = program.components().count() == 1 && !program.is_absolute();
    let candidates = if is_bare {
        env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).collect()
    } else {
        vec![program.to_owned()]
    };
    candidates.into_iter().find(|path| path.is_file()).and_then(|path| std::path::absolute(path).ok())
}
