//! What a child process may see. Recordings are foreign bytes: the programs that read them get no network, no writable
//! path and no other file, where this machine allows it.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Files that programs need to start at all; those that a system lacks are passed over.
const SYSTEM: [&str; 9] = [
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/alternatives",
];

/// Graphics cards, and where their drivers look for them.
const DEVICES: [&str; 6] =
    ["/dev/dri", "/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-modeset", "/sys"];

/// How children are kept in: chosen once, by trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// bubblewrap: own namespaces, no network, dies with its parent.
    Bubblewrap,
    /// `setpriv --pdeathsig KILL`: dies with its parent, sees everything.
    Setpriv,
    /// Neither is there.
    Bare,
}

#[derive(Debug, Clone)]
pub struct Sandbox {
    kind: Kind,
    prlimit: bool,
}

/// What one child may touch and use up.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    pub reads: Vec<PathBuf>,
    /// A folder that it writes to.
    pub writes: Option<PathBuf>,
    /// The graphics card: only for what reads no foreign bytes.
    pub devices: bool,
    pub cpu_seconds: u64,
    pub memory_bytes: u64,
}

impl Sandbox {
    /// The strongest that runs `program` here. `bubblewrap: false` leaves that one out. Starts processes: not for async.
    pub fn detect(program: &Path, bubblewrap: bool) -> Self {
        let prlimit = runs(Command::new("prlimit").args(["--cpu=9", "true"]));
        let works = |kind| {
            let needs = Needs { cpu_seconds: 20, memory_bytes: 4 << 30, ..Needs::default() };
            let (program, args) = Self { kind, prlimit }.wrap(program, &[OsString::from("-version")], &needs);
            runs(Command::new(program).args(args))
        };
        let kind = if bubblewrap && works(Kind::Bubblewrap) {
            Kind::Bubblewrap
        } else if works(Kind::Setpriv) {
            Kind::Setpriv
        } else {
            Kind::Bare
        };
        Self { kind, prlimit }
    }

    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The command line that runs `program args` inside.
    pub fn wrap(&self, program: &Path, args: &[OsString], needs: &Needs) -> (OsString, Vec<OsString>) {
        let mut line: Vec<OsString> = Vec::new();
        if self.prlimit {
            line.push("prlimit".into());
            line.push(format!("--cpu={}", needs.cpu_seconds).into());
            // Drivers reserve far more than they use.
            if !needs.devices {
                line.push(format!("--as={}", needs.memory_bytes).into());
            }
            line.push("--core=0".into());
            line.push("--".into());
        }
        match self.kind {
            Kind::Bubblewrap => line.extend(bubblewrap(program, needs)),
            Kind::Setpriv => line.extend(["setpriv", "--pdeathsig", "KILL", "--"].map(OsString::from)),
            Kind::Bare => {}
        }
        line.push(program.into());
        line.extend_from_slice(args);
        (line.remove(0), line)
    }
}

fn bubblewrap(program: &Path, needs: &Needs) -> Vec<OsString> {
    let mut line: Vec<OsString> =
        ["bwrap", "--unshare-all", "--die-with-parent", "--clearenv", "--dev", "/dev", "--chdir", "/"]
            .map(OsString::from)
            .into();
    let mut bind = |how: &str, path: &OsStr| line.extend([how.into(), path.to_owned(), path.to_owned()]);
    for path in SYSTEM {
        bind("--ro-bind-try", path.as_ref());
    }
    if let Some(folder) = program.parent().filter(|folder| folder.is_absolute() && !folder.starts_with("/usr")) {
        bind("--ro-bind-try", folder.as_os_str());
    }
    for device in DEVICES.iter().filter(|_| needs.devices) {
        bind("--dev-bind-try", device.as_ref());
    }
    if let Some(folder) = &needs.writes {
        bind("--bind", folder.as_os_str());
    }
    for path in &needs.reads {
        bind("--ro-bind", path.as_os_str());
    }
    line.push("--".into());
    line
}

fn runs(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_only_and_the_network_is_gone() {
        let needs = Needs { reads: vec!["/data/a.mp4".into()], cpu_seconds: 5, memory_bytes: 9, ..Needs::default() };
        let sandbox = Sandbox { kind: Kind::Bubblewrap, prlimit: true };
        let (program, args) = sandbox.wrap(Path::new("/usr/bin/ffmpeg"), &["-version".into()], &needs);
        let line = args.iter().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ");
        assert_eq!(program, "prlimit");
        assert!(
            line.starts_with("--cpu=5 --as=9 --core=0 -- bwrap --unshare-all --die-with-parent --clearenv"),
            "{line}"
        );
        assert!(line.ends_with("--ro-bind /data/a.mp4 /data/a.mp4 -- /usr/bin/ffmpeg -version"), "{line}");
        assert!(!line.contains("--bind "), "{line}");
    }

    #[test]
    fn without_help_the_program_runs_bare() {
        let bare = Sandbox { kind: Kind::Bare, prlimit: false };
        assert_eq!(
            bare.wrap(Path::new("ffmpeg"), &["-h".into()], &Needs::default()),
            ("ffmpeg".into(), vec!["-h".into()])
        );
    }
}
