//! What the parts of the framing step share: the session, the player, and the clip that is being framed.

use super::{session::Session, trim};
use crate::{
    domain::{
        framing::{Framing, Span, Speed},
        geometry::{Crop, CropSpace, Rect},
        ids::ReelClipId,
        time::Micros,
        video::VideoFacts,
    },
    editor::playback::Playback,
    reels::types::ReelClip,
    uploads::queue::UploadQueue,
    videos::{source::Source, types::Video},
};
use leptos::prelude::*;

/// The clip that is being framed, with all that its edits need.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub id: ReelClipId,
    pub facts: VideoFacts,
    pub span: Span,
    pub space: CropSpace,
    pub framing: Framing,
}

impl Subject {
    pub fn rect_at(&self, at: Micros) -> Rect {
        self.space.rect_at(&self.framing.crop, self.span.snap(at))
    }

    /// From the clip's start.
    pub fn clip_time(&self, at: Micros) -> Micros {
        at - self.span.start
    }
}

#[derive(Clone, Copy)]
pub struct Desk {
    pub session: Session,
    pub playback: Playback,
    /// None while the reel is empty or the video was not read yet.
    pub subject: Memo<Option<Subject>>,
    pub video: Memo<Option<Video>>,
    /// What a crop was copied to be pasted elsewhere.
    pub copied: RwSignal<Option<Crop>>,
    pub source: Source,
}

impl Desk {
    /// For the clip that is being framed.
    pub fn new(session: Session) -> Self {
        Self::of(session, Memo::new(move |_| session.clip()))
    }

    /// For any clip of the reel.
    pub fn of(session: Session, clip: Memo<Option<ReelClip>>) -> Self {
        let video = Memo::new(move |_| {
            let clip = clip.get()?;
            session.reel.with(|reel| reel.video_of(&clip).cloned())
        });
        let subject = Memo::new(move |_| {
            let clip = clip.get()?;
            let facts = video.get()?.facts?;
            let end = Micros(clip.clip.details.end.0.min(facts.rate.frame_start(facts.frames).0));
            let span = Span { start: clip.clip.details.start, end, rate: facts.rate };
            let space = CropSpace::new(facts.width, facts.height, session.reel.with(|reel| reel.aspect));
            (span.start < span.end).then_some(Subject { id: clip.id, facts, span, space, framing: clip.framing })
        });
        let (playback, queue) = (Playback::new(), UploadQueue::expect());
        // What this tab still has of a video that the server has not.
        let file =
            move || video.with(|video| video.as_ref().map(|video| video.id.clone())).and_then(|id| queue.file_of(&id));
        Self {
            session,
            playback,
            subject,
            video,
            copied: RwSignal::new(None),
            source: Source::new(video, playback, file, move || session.refresh()),
        }
    }

    /// The presentation time of the frame under the playhead.
    pub fn at(self) -> Micros {
        let now = self.playback.now.get();
        self.subject.with(|subject| subject.as_ref().map_or(now, |subject| subject.span.snap(now)))
    }

    /// The crop under the playhead.
    pub fn crop(self) -> Option<Crop> {
        let at = self.at();
        self.subject.with(|subject| subject.as_ref().map(|subject| subject.space.crop_at(&subject.framing.crop, at)))
    }

    pub fn rect(self) -> Option<Rect> {
        let at = self.at();
        self.subject.with(|subject| subject.as_ref().map(|subject| subject.rect_at(at)))
    }

    /// The framing with this crop under the playhead.
    pub fn framing_with(self, crop: Crop) -> Option<Framing> {
        let at = untrack(|| self.at());
        self.with_subject(|subject| subject.framing.with_key_at(subject.space, subject.span, at, crop))
    }

    /// Writes a crop under the playhead; changes of one `kind` in a row at one frame are one step of undo.
    pub fn write_crop(self, kind: &str, crop: Crop) {
        let at = untrack(|| self.at());
        if let Some(framing) = self.framing_with(crop) {
            let id = self.session.current.get_untracked().map(|id| id.to_string()).unwrap_or_default();
            self.session.set_framing(Some(format!("{kind} {id} {}", at.0)), framing);
        }
    }

    /// Removes the keyframe at `at`; those at the ends stay.
    pub fn remove_key(self, at: Micros) {
        if let Some(framing) = self.with_subject(|subject| subject.framing.without_key_at(subject.span, at)) {
            self.session.set_framing(None, framing);
        }
    }

    /// Whether the playhead is on a keyframe that can be removed.
    pub fn on_removable_key(self) -> bool {
        let at = self.at();
        self.subject.with(|subject| {
            subject.as_ref().is_some_and(|subject| subject.framing.without_key_at(subject.span, at) != subject.framing)
        })
    }

    pub fn set_speed(self, speed: Speed) {
        let at = untrack(|| self.at());
        if let Some(framing) = self.with_subject(|it| trim::with_speed(&it.framing, it.span, at, speed)) {
            self.session.set_framing(None, framing);
        }
    }

    pub fn set_start(self, start: Micros) {
        if let Some(framing) = self.with_subject(|it| trim::with_start(&it.framing, it.span, start)) {
            self.session.set_framing(None, framing);
        }
    }

    pub fn set_end(self, end: Micros) {
        if let Some(framing) = self.with_subject(|it| trim::with_end(&it.framing, it.span, end)) {
            self.session.set_framing(None, framing);
        }
    }

    pub fn with_subject<T>(self, of: impl FnOnce(&Subject) -> T) -> Option<T> {
        self.subject.with_untracked(|subject| subject.as_ref().map(of))
    }

    /// Keeps the player at the clip: its bounds, its speed, its start when another clip is chosen. Effects only.
    pub fn drive_player(self) {
        let playback = self.playback;
        let clip = Memo::new(move |_| self.subject.with(|it| it.as_ref().map(|it| (it.id.clone(), it.facts.clone()))));
        let bounds =
            Memo::new(move |_| self.subject.with(|it| it.as_ref().map(|it| trim::frames(&it.framing, it.span))));
        let speed = Memo::new(move |_| {
            let at = self.at();
            self.subject.with(|it| it.as_ref().map(|it| trim::speed_at(&it.framing, it.span, at)))
        });
        Effect::new(move |_| {
            let facts = clip.get().map(|(_, facts)| facts);
            playback.frame_rate.set(facts.as_ref().map(|facts| facts.rate));
            playback.first_frame.set(facts.map(|facts| facts.first_frame).unwrap_or_default());
        });
        Effect::new(move |before: Option<Option<ReelClipId>>| {
            let chosen = clip.get().map(|(id, _)| id);
            let bounds = bounds.get();
            playback.bounds.set(bounds);
            if let Some((first, last)) = bounds {
                let now = playback.now.get_untracked();
                if before != Some(chosen.clone()) {
                    playback.pause();
                    playback.seek(first);
                } else if now < first || now > last {
                    playback.seek(now);
                }
            }
            chosen
        });
        Effect::new(move |_| {
            if let Some(speed) = speed.get() {
                #[allow(clippy::cast_precision_loss)]
                playback.set_rate(speed.percent() as f64 / 100.0);
            }
        });
    }
}
