//! One running thing, an upload or an export, in the words of the status bar.

use crate::{
    domain::{ids::ExportId, left::left, size::size},
    exports::{
        progress::{Paces, state_word},
        types::{Export, JobState},
    },
    live::versions::Versions,
    ui::progress::ProgressTone,
    uploads::queue::{TaskState, UploadQueue, UploadTask},
};
use leptos::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Work {
    Upload(u64),
    Export(ExportId),
}

/// Everything that runs or needs a hand: uploads first, then exports, each the oldest first.
pub fn all(queue: UploadQueue, versions: Versions) -> Vec<Work> {
    let uploads = queue.tasks.with(|tasks| {
        tasks.iter().filter(|task| task.state != TaskState::Done).map(|task| Work::Upload(task.key)).collect::<Vec<_>>()
    });
    let mut exports = versions.progress.with(|all| {
        all.iter().filter(|it| it.state.is_running()).map(|it| (it.created_at, it.id.clone())).collect::<Vec<_>>()
    });
    exports.sort();
    uploads.into_iter().chain(exports.into_iter().map(|(_, id)| Work::Export(id))).collect()
}

/// How it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub icon: &'static str,
    pub name: String,
    pub percent: i64,
    pub tone: ProgressTone,
    /// "4.6 GB of 11 GB" of an upload.
    pub amount: String,
    /// Speed, or the stage, or why it stands.
    pub pace: String,
    pub left: String,
    /// What the user should know or do.
    pub note: String,
    /// The code of the stage of an export.
    pub stage: Option<String>,
}

impl Work {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Upload(_) => "Upload",
            Self::Export(_) => "Export",
        }
    }

    /// As it stands now; none when it is gone.
    pub fn shown(&self, queue: UploadQueue, versions: Versions, paces: Paces) -> Option<Shown> {
        match self {
            Self::Upload(key) => queue.tasks.with(|tasks| {
                let task = tasks.iter().find(|task| task.key == *key)?;
                // Two parts of one game are told apart by their files.
                let is_part = tasks.iter().any(|other| other.key != task.key && other.game == task.game);
                let name = if is_part { format!("{} · {}", task.name, task.file_name) } else { task.name.clone() };
                Some(Shown { name, ..shown_upload(task) })
            }),
            Self::Export(id) => versions
                .progress
                .with(|all| all.iter().find(|export| export.id == *id).map(|export| shown_export(export, paces))),
        }
    }
}

#[allow(clippy::cast_possible_truncation)]
fn shown_upload(task: &UploadTask) -> Shown {
    let (tone, pace) = match &task.state {
        TaskState::Preparing => (ProgressTone::Waiting, "Preparing".to_owned()),
        TaskState::Queued => (ProgressTone::Waiting, "Next in line".to_owned()),
        TaskState::Sending => {
            let rate = task.rate.map(|rate| format!("{}/s", size(rate as i64)));
            (ProgressTone::Moving, rate.unwrap_or_else(|| "Sending".to_owned()))
        }
        TaskState::Paused => (ProgressTone::Paused, "Paused".to_owned()),
        TaskState::Waiting => (ProgressTone::Paused, "No connection, trying again".to_owned()),
        TaskState::Interrupted => (ProgressTone::Paused, "Interrupted".to_owned()),
        TaskState::Elsewhere => (ProgressTone::Moving, "From another browser".to_owned()),
        TaskState::Finishing => (ProgressTone::Moving, "Reading the file".to_owned()),
        TaskState::Done => (ProgressTone::Done, "Done".to_owned()),
        TaskState::Failed(_) => (ProgressTone::Error, "Failed".to_owned()),
    };
    let note = match &task.state {
        TaskState::Failed(why) => why.clone(),
        TaskState::Interrupted if task.has_handle => "What arrived is kept. Continue whenever you like.".to_owned(),
        TaskState::Interrupted => {
            format!("What arrived is kept. Choose {} again, or drop it anywhere, to go on.", task.file_name)
        }
        TaskState::Elsewhere => "Another browser or device sends it. It can go on here once that one stops.".to_owned(),
        _ if task.tab.is_some() => "Another tab of this browser sends it.".to_owned(),
        state if task.through_server && state.needs_the_tab() => {
            "The store cannot be reached from here, so it goes through the server. Keep this tab open. Settings, Uploads says why.".to_owned()
        }
        state if state.needs_the_tab() => {
            "Keep this tab open. If it closes, the upload goes on from here next time.".to_owned()
        }
        _ => String::new(),
    };
    let is_sending = task.state == TaskState::Sending;
    Shown {
        icon: "upload",
        name: task.name.clone(),
        percent: task.percent(),
        tone,
        amount: format!("{} of {}", size(task.sent), size(task.bytes)),
        pace,
        left: is_sending.then(|| task.seconds_left().map(left)).flatten().unwrap_or_default(),
        note,
        stage: None,
    }
}

fn shown_export(export: &Export, paces: Paces) -> Shown {
    let is_waiting = export.state == JobState::Pending;
    Shown {
        icon: if is_waiting { "clock" } else { "film" },
        name: export.name.clone(),
        percent: export.percent(),
        tone: if is_waiting { ProgressTone::Waiting } else { ProgressTone::Moving },
        amount: String::new(),
        pace: state_word(export).to_owned(),
        left: paces.left(export).map(|time| left(time.seconds())).unwrap_or_default(),
        note: String::new(),
        stage: (!is_waiting).then(|| export.stage.clone()),
    }
}
