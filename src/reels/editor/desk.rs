//! What the parts of the framing step share: the session, the player, and the clip that is being framed.

use super::{draft::Draft, session::Session, trim};
use crate::{
    domain::{
        framing::{CropKey, Ease, Framing, Segment, Span, Speed},
        geometry::{Crop, CropSpace, Rect},
        ids::ReelClipId,
        time::Micros,
        time_map::TimeMap,
        transition::Transition,
        video::VideoFacts,
    },
    editor::playback::Playback,
    reels::types::{Reel, ReelClip},
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
    /// None while its video was not read yet.
    pub fn of(reel: &Reel, clip: &ReelClip) -> Option<Self> {
        let facts = reel.video_of(clip)?.facts.clone()?;
        let (start, end) = clip.stretch();
        let end = Micros(end.0.min(facts.rate.frame_start(facts.frames).0));
        let span = Span { start, end, rate: facts.rate };
        let space = CropSpace::new(facts.width, facts.height, reel.aspect);
        (span.start < span.end).then(|| Self { id: clip.id.clone(), facts, span, space, framing: clip.framing.clone() })
    }

    pub fn rect_at(&self, at: Micros) -> Rect {
        self.space.rect_at(&self.framing.crop, self.span.snap(at))
    }

    /// What plays of it and when, at its own rate; none where nothing would.
    pub fn time_map(&self) -> Option<TimeMap> {
        let Span { start, end, rate } = self.span;
        TimeMap::new(rate, rate, start, end, &self.framing.segments).ok()
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
    /// The time of the clip as it plays.
    pub time: Memo<Option<TimeMap>>,
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
            session.reel.with(|reel| Subject::of(reel, &clip))
        });
        let time = Memo::new(move |_| subject.with(|it| it.as_ref().and_then(Subject::time_map)));
        let (playback, queue) = (Playback::new(), UploadQueue::expect());
        // What this tab still has of a video that the server has not.
        let file =
            move || video.with(|video| video.as_ref().map(|video| video.id.clone())).and_then(|id| queue.file_of(&id));
        Self {
            session,
            playback,
            subject,
            time,
            video,
            copied: RwSignal::new(None),
            source: Source::new(video, playback, file, move || session.refresh()),
        }
    }

    /// When of all that plays of the clip a moment of its recording comes.
    pub fn played(self, at: Micros) -> Micros {
        self.time.with(|map| map.as_ref().map_or(Micros::ZERO, |map| map.output_time(at)))
    }

    /// Which moment of the recording is shown when so much of the clip has played.
    pub fn recorded(self, at: Micros) -> Micros {
        self.time.with(|map| map.as_ref().map_or(Micros::ZERO, |map| map.source_time_at(at)))
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

    /// The framing of the clip with this crop under the playhead, where `before` was its crop when the gesture began: what is
    /// passed on the way leaves nothing behind.
    pub fn framing_with(self, before: &Draft, crop: Crop) -> Option<Framing> {
        let at = untrack(|| self.at());
        let id = self.session.current.get_untracked()?;
        let crop_before = before.find(&id)?.framing.crop.clone();
        self.with_subject(|it| {
            let base = Framing { crop: crop_before, ..it.framing.clone() };
            base.with_key_at(it.space, it.span, at, crop)
        })
    }

    /// Writes a crop under the playhead; changes of one `kind` in a row at one frame are one step of undo.
    pub fn write_crop(self, kind: &str, crop: Crop) {
        let at = untrack(|| self.at());
        let id = self.session.current.get_untracked().map(|id| id.to_string()).unwrap_or_default();
        let gesture = format!("{kind} {id} {}", at.0);
        // Like a drag, each step is made on what was there before the first: the first crop of a clip is its crop all the time,
        // however many presses it takes to place it.
        let before = self.session.framing_before(&gesture).map(|framing| framing.crop);
        self.edit(Some(gesture), |it| {
            let crop_before = before.unwrap_or_else(|| it.framing.crop.clone());
            let base = Framing { crop: crop_before, ..it.framing.clone() };
            Some(base.with_key_at(it.space, it.span, at, crop))
        });
    }

    pub fn copy_crop(self) {
        self.copied.set(untrack(|| self.crop()));
    }

    pub fn paste_crop(self) {
        if let Some(crop) = self.copied.get_untracked() {
            self.playback.pause();
            self.write_crop("paste", crop);
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

    /// How the crop travels on from the keyframe at `at`.
    pub fn set_ease(self, at: Micros, ease: Ease) {
        self.edit(None, |it| Some(it.framing.with_ease_at(it.span, at, ease)));
    }

    /// The keyframe under the playhead with its easing; those of the ends too.
    pub fn key(self) -> Option<CropKey> {
        let at = self.at();
        self.subject.with(|it| {
            let it = it.as_ref()?;
            Some(it.framing.crop[it.framing.key_near(it.span.rate, at)?])
        })
    }

    pub fn set_speed(self, speed: Speed) {
        let at = untrack(|| self.at());
        self.edit(None, |it| Some(trim::with_speed(&it.framing, it.span, at, speed)));
    }

    /// The segment under the playhead changed.
    pub fn change_segment(self, change: impl FnOnce(&mut Segment)) {
        let at = untrack(|| self.at());
        self.edit(None, |it| Some(trim::with_segment(&it.framing, it.span, at, change)));
    }

    /// The segment under the playhead, its number from 0 and how many there are.
    pub fn segment(self) -> Option<(usize, usize, Segment)> {
        let at = self.at();
        self.subject.with(|it| it.as_ref().map(|it| trim::segment_at(&it.framing, it.span, at)))
    }

    /// In two at the playhead; whether there was room.
    pub fn split(self) -> bool {
        let at = untrack(|| self.at());
        self.edit(None, |it| trim::split(&it.framing, it.span, at))
    }

    pub fn remove_segment(self) -> bool {
        let at = untrack(|| self.at());
        self.edit(None, |it| trim::without_segment(&it.framing, it.span, at))
    }

    pub fn join_segment(self) -> bool {
        let at = untrack(|| self.at());
        self.edit(None, |it| trim::joined(&it.framing, it.span, at))
    }

    pub fn set_opening(self, opening: Transition) {
        self.edit(None, |it| Some(Framing { opening, ..it.framing.clone() }));
    }

    pub fn set_start(self, start: Micros) {
        self.edit(None, |it| Some(trim::with_start(&it.framing, it.span, start)));
    }

    pub fn set_end(self, end: Micros) {
        self.edit(None, |it| Some(trim::with_end(&it.framing, it.span, end)));
    }

    /// A change of the framing: shown and saved; whether there was one to make.
    pub fn edit(self, gesture: Option<String>, change: impl FnOnce(&Subject) -> Option<Framing>) -> bool {
        let framing = self.with_subject(change).flatten();
        let is_one = framing.is_some();
        if let Some(framing) = framing {
            self.session.set_framing(gesture, framing);
        }
        is_one
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
        let gaps = Memo::new(move |_| {
            self.subject.with(|it| it.as_ref().map(|it| trim::gaps(&it.framing, it.span)).unwrap_or_default())
        });
        Effect::new(move |_| {
            playback.skips.set(gaps.get());
            // What was just cut out is not looked at.
            let now = playback.now.get_untracked();
            if gaps.with_untracked(|gaps| gaps.iter().any(|(from, to)| (*from..*to).contains(&now))) {
                playback.seek(now);
            }
        });
        playback.played.set(Some(Callback::new(move |at: Micros| self.played(at))));
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
        let volume = Memo::new(move |_| self.subject.with(|it| it.as_ref().map(|it| it.framing.volume.percent())));
        Effect::new(move |_| {
            if let Some(percent) = volume.get() {
                playback.set_volume(f64::from(percent) / 100.0);
            }
        });
        Effect::new(move |_| {
            if let Some(speed) = speed.get() {
                #[allow(clippy::cast_precision_loss)]
                playback.set_rate(speed.percent() as f64 / 100.0);
            }
        });
    }
}
