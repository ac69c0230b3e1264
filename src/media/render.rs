//! A plan to a file. What is done already is found by its content key and not done again: after a crash, calling this once
//! more with the same folder goes on where it ended.

use super::{
    audio,
    chunk::{self, Rendering, Site, chunk_file, join},
    error::{MediaError, MediaErrorKind as Kind},
    finish::{finish, output_file},
    tools::Tools,
};
use crate::domain::{
    ids::VideoId,
    plan::{ExportPlan, PLAN_VERSION},
    time::Micros,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{fs, sync::watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A local file for each video.
pub type Sources = HashMap<VideoId, PathBuf>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RenderStage {
    Fetch,
    Render,
    Sound,
    Finish,
}

impl RenderStage {
    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Render => "render",
            Self::Sound => "sound",
            Self::Finish => "finish",
        }
    }
}

/// How far an export is. Neither the stage nor the frames ever go back within one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderProgress {
    pub stage: RenderStage,
    /// Output frames that are composed or were there already.
    pub done_frames: i64,
    pub total_frames: i64,
}

/// A finished export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub path: PathBuf,
    pub bytes: u64,
    pub frames: i64,
    pub duration: Micros,
    pub width: u32,
    pub height: u32,
    /// Whether any clip has sound; the file has a sound track in any case.
    pub has_sound: bool,
    /// Frames that this call had to render; the others were there.
    pub rendered_frames: i64,
}

/// Renders `plan` in the folder `work`, which belongs to this export alone. `sources`: a local file for each video.
/// When it returns, or its future is dropped, no child process is left.
pub async fn render(
    tools: &Tools,
    plan: &ExportPlan,
    sources: &Sources,
    work: &Path,
    on_progress: impl Fn(RenderProgress) + Send + Sync,
    cancel: &CancellationToken,
) -> Result<Rendered, MediaError> {
    check_plan(plan)?;
    fs::create_dir_all(work).await?;
    let started = RenderProgress { stage: RenderStage::Fetch, done_frames: 0, total_frames: plan.total_frames };
    let (progress, mut changes) = watch::channel(started);
    let site = Site {
        tools: tools.clone(),
        work: fs::canonicalize(work).await?,
        cancel: cancel.child_token(),
        tracker: TaskTracker::new(),
        progress: Arc::new(progress),
    };
    let _ends_with_us = site.cancel.clone().drop_guard();
    on_progress(started);
    let answer = {
        let export = export(&site, plan, sources);
        tokio::pin!(export);
        loop {
            tokio::select! {
                biased;
                answer = &mut export => break answer,
                Ok(()) = changes.changed() => on_progress(*changes.borrow_and_update()),
            }
        }
    };
    site.cancel.cancel();
    site.tracker.close();
    site.tracker.wait().await;
    if answer.is_ok() {
        on_progress(*changes.borrow());
    }
    // Whatever broke first while everything was being ended, the reason is that it was ended.
    if cancel.is_cancelled() && answer.is_err() { Err(Kind::Cancelled.into()) } else { answer }
}

async fn export(site: &Site, plan: &ExportPlan, sources: &Sources) -> Result<Rendered, MediaError> {
    let sources = Arc::new(find_sources(plan, sources).await?);
    move_to(site, RenderStage::Render);
    let sound_file = site.work.join(format!("sound-{}.m4a", audio::content_key(&site.tools, plan)));
    let sound = start_sound(site, plan, &sources, &sound_file).await;
    let (names, rendered_frames) = render_chunks(site, plan, &sources).await?;
    move_to(site, RenderStage::Sound);
    join(sound).await?;
    move_to(site, RenderStage::Finish);
    let path = output_file(&site.work);
    if let Err(error) = finish(&site.tools, plan, &names, &sound_file, &path, &site.cancel).await {
        // What passed its own check may still be damaged (a disk that lost power): make it anew next time.
        if matches!(error.kind(), Kind::WrongOutput | Kind::ToolFailed) {
            for name in names {
                let _ = fs::remove_file(site.work.join(name)).await;
            }
            let _ = fs::remove_file(&sound_file).await;
        }
        return Err(error);
    }
    Ok(Rendered {
        bytes: fs::metadata(&path).await?.len(),
        path,
        frames: plan.total_frames,
        duration: plan.duration(),
        width: plan.width,
        height: plan.height,
        has_sound: plan.clips.iter().any(|clip| clip.facts.has_sound),
        rendered_frames,
    })
}

fn move_to(site: &Site, stage: RenderStage) {
    site.progress.send_modify(|progress| progress.stage = stage);
}

/// Renders the chunks that are missing, one after the other; the next one starts decoding while the last one's encoder
/// comes to its end. Answers all names in playing order, and how many frames were rendered.
async fn render_chunks(site: &Site, plan: &ExportPlan, sources: &Sources) -> Result<(Vec<String>, i64), MediaError> {
    let (mut names, mut rendered) = (Vec::with_capacity(plan.chunks.len()), 0);
    let mut before = None;
    for chunk in &plan.chunks {
        let file = chunk_file(&site.work, &chunk::content_key(&site.tools, &chunk.spec));
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // A chunk may stand in a reel twice.
        let is_known = names.contains(&name) || fs::try_exists(&file).await?;
        names.push(name);
        if is_known {
            site.progress.send_modify(|progress| progress.done_frames += chunk.spec.frames());
            continue;
        }
        rendered += chunk.spec.frames();
        let source = sources.get(&chunk.spec.video).ok_or(Kind::SourceMissing)?;
        let Rendering { decoded, done } = chunk::start(site, &chunk.spec, source.clone(), file);
        if let Some(before) = before.replace(done) {
            join(before).await?;
        }
        // Sent, or given up with an error that `done` will tell.
        let _ = decoded.await;
    }
    if let Some(last) = before {
        join(last).await?;
    }
    Ok((names, rendered))
}

/// The sound is made beside the picture.
async fn start_sound(
    site: &Site,
    plan: &ExportPlan,
    sources: &Arc<Sources>,
    file: &Path,
) -> tokio::task::JoinHandle<Result<(), MediaError>> {
    let is_there = fs::try_exists(file).await.unwrap_or(false);
    let (site, plan, sources, file) = (site.clone(), plan.clone(), Arc::clone(sources), file.to_owned());
    let tracker = site.tracker.clone();
    tracker.clone().spawn(async move {
        if is_there {
            return Ok(());
        }
        let part = file.with_extension("part");
        let target = part.clone();
        let sound = tracker.spawn_blocking(move || {
            audio::render_sound(&site.tools, &plan, &sources, &target, &site.work, &site.cancel)
        });
        join(sound).await?;
        chunk::publish(&part, &file).await
    })
}

/// Absolute paths of the files that the plan needs.
async fn find_sources(plan: &ExportPlan, sources: &Sources) -> Result<Sources, MediaError> {
    let mut found = Sources::new();
    for clip in &plan.clips {
        let source = sources.get(&clip.video).ok_or(Kind::SourceMissing)?;
        let path =
            fs::canonicalize(source).await.map_err(|error| MediaError::new(Kind::SourceMissing, error.kind()))?;
        found.insert(clip.video.clone(), path);
    }
    Ok(found)
}

/// A stored plan may be older than this program, or damaged.
fn check_plan(plan: &ExportPlan) -> Result<(), MediaError> {
    let frames: i64 = plan.chunks.iter().map(|chunk| chunk.spec.frames().max(0)).sum();
    let even = |length: u32| (16..=4_096).contains(&length) && length.is_multiple_of(2);
    let same = plan.chunks.iter().all(|chunk| {
        let spec = &chunk.spec;
        (spec.width, spec.height, spec.rate) == (plan.width, plan.height, plan.rate) && spec.facts.rate.is_usable()
    });
    let good = plan.version == PLAN_VERSION
        && plan.rate.is_usable()
        && even(plan.width)
        && even(plan.height)
        && same
        && frames == plan.total_frames
        && frames > 0;
    if good { Ok(()) } else { Err(MediaError::new(Kind::WrongOutput, "the plan cannot be rendered by this version")) }
}
