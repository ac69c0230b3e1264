//! One player: what views read, and the commands that move it. Times are on the page's clock: where one video plays, source
//! time, which is zero at its first frame; where a game has several, the game's clock ([`Playback::place`]).

use super::zoom::Zoom;
use crate::{
    browser::{self, video::FrameWatch},
    domain::{
        frame_table::FrameTable,
        time::{FrameRate, Micros},
    },
};
use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use std::sync::Arc;

/// Where the source's own is not known yet.
const USUAL_RATE: FrameRate = FrameRate { num: 30, den: 1 };
/// A seek lands this far inside the frame that is meant, so that rounding never shows the one before.
const NUDGE: Micros = Micros(500);
/// The same where pictures are shown for as long as each of them is.
const VARIABLE_NUDGE: Micros = Micros(2_000);

/// In every editor one, made by the page: `Playback::new()`.
#[derive(Clone, Copy)]
pub struct Playback {
    /// The playhead.
    pub now: RwSignal<Micros>,
    /// All there is to play; zero until it is known.
    pub duration: Signal<Micros>,
    /// Where the video that plays begins on the clock, and how long it is; the page sets them, or the element where it
    /// knows better.
    pub origin: RwSignal<Micros>,
    pub length: RwSignal<Micros>,
    pub playing: RwSignal<bool>,
    pub rate: RwSignal<f64>,
    pub muted: RwSignal<bool>,
    /// 0 to 1, of what the element can.
    pub volume: RwSignal<f64>,
    /// Of the source; the page sets it when it is known.
    pub frame_rate: RwSignal<Option<FrameRate>>,
    /// When its pictures are shown, where its rate varies; the page sets it when it is known.
    pub frame_table: RwSignal<Option<Arc<FrameTable>>>,
    /// When the first frame is shown on the element's clock (`VideoFacts::first_frame`); the page sets it.
    pub first_frame: RwSignal<Micros>,
    /// Counts the moments at which the element came to rest on a frame: its first picture, the end of a seek.
    pub settled: RwSignal<u64>,
    /// Counts the ends of videos that were played through.
    pub ended: RwSignal<u64>,
    /// When set, the playhead stays within, and playing ends at its end (Framing plays one clip).
    pub bounds: RwSignal<Option<(Micros, Micros)>>,
    /// What is cut out, in order: playing goes on where each ends.
    pub skips: RwSignal<Vec<(Micros, Micros)>>,
    /// When of all that is played a moment comes, where that is not its distance from the start.
    pub played: RwSignal<Option<Callback<Micros, Micros>>>,
    /// Whether `span` (or what `bounds` says) is played again and again.
    pub looping: RwSignal<bool>,
    /// What can be looped: the page sets it.
    pub span: RwSignal<Option<(Micros, Micros)>>,
    /// Whether the clock counts frames.
    pub as_frames: RwSignal<bool>,
    /// A closer look at the picture.
    pub zoom: Zoom,
    /// Why the source cannot be played, as a sentence; none while it can.
    pub failure: RwSignal<Option<&'static str>>,
    /// The element and what fills the screen.
    pub video: NodeRef<html::Video>,
    pub stage: NodeRef<html::Div>,
    /// Stage and controls, where they fill it together.
    pub screen: NodeRef<html::Section>,
    /// A seek that waits for the one that runs.
    wanted: StoredValue<Option<Micros>>,
    /// Whether the next source plays as soon as it is there.
    carry_on: StoredValue<bool>,
    /// -8 to 8; 0 when J and L are not used.
    pub(super) shuttle: RwSignal<i32>,
    /// While K is held, J and L go by one frame.
    pub(super) holding: StoredValue<bool>,
    pub(super) reverse: StoredValue<Option<SendWrapper<gloo_timers::callback::Interval>>>,
    frames: StoredValue<Option<SendWrapper<FrameWatch>>>,
}

impl Default for Playback {
    fn default() -> Self {
        Self::new()
    }
}

impl Playback {
    /// A player of one video at a time.
    pub fn new() -> Self {
        let length = RwSignal::new(Micros::ZERO);
        Self::over(length.into(), length)
    }

    /// A player of several videos that are `duration` together.
    pub fn on_clock(duration: Signal<Micros>) -> Self {
        Self::over(duration, RwSignal::new(Micros::ZERO))
    }

    fn over(duration: Signal<Micros>, length: RwSignal<Micros>) -> Self {
        Self {
            now: RwSignal::new(Micros::ZERO),
            duration,
            origin: RwSignal::new(Micros::ZERO),
            length,
            playing: RwSignal::new(false),
            rate: RwSignal::new(1.0),
            muted: RwSignal::new(false),
            volume: RwSignal::new(1.0),
            frame_rate: RwSignal::new(None),
            frame_table: RwSignal::new(None),
            first_frame: RwSignal::new(Micros::ZERO),
            settled: RwSignal::new(0),
            ended: RwSignal::new(0),
            bounds: RwSignal::new(None),
            skips: RwSignal::new(Vec::new()),
            played: RwSignal::new(None),
            looping: RwSignal::new(false),
            span: RwSignal::new(None),
            as_frames: RwSignal::new(false),
            zoom: Zoom::default(),
            failure: RwSignal::new(None),
            video: NodeRef::new(),
            stage: NodeRef::new(),
            screen: NodeRef::new(),
            wanted: StoredValue::new(None),
            carry_on: StoredValue::new(false),
            shuttle: RwSignal::new(0),
            holding: StoredValue::new(false),
            reverse: StoredValue::new(None),
            frames: StoredValue::new(None),
        }
    }

    /// The part that can be played: the bounds, or the whole.
    pub fn range(self) -> (Micros, Micros) {
        self.bounds.get().unwrap_or((Micros::ZERO, self.duration.get()))
    }

    /// Moves the playhead.
    pub fn seek(self, to: Micros) {
        let to = self.out_of_skips(to);
        let at = self.in_video(to);
        let inside = self.frame_rate.get_untracked().map_or(NUDGE, |rate| rate.frame_middle(rate.frame_at(at)) - at);
        self.seek_showing(to, inside);
    }

    /// What is cut out is gone past: to its end, or on the way back to the frame before it.
    fn out_of_skips(self, to: Micros) -> Micros {
        let skip =
            self.skips.with_untracked(|all| all.iter().find(|(from, until)| (*from..*until).contains(&to)).copied());
        match skip {
            None => to,
            Some((_, until)) if to >= self.now.get_untracked() => until,
            Some((from, _)) => {
                let rate = self.frame_rate.get_untracked().unwrap_or(USUAL_RATE);
                let before = rate.frame_at(self.in_video(from)) - 1;
                rate.frame_start(before) + self.origin.get_untracked()
            }
        }
    }

    /// Moves the playhead to `to` and shows the picture at `to + inside`.
    fn seek_showing(self, to: Micros, inside: Micros) {
        let (low, high) = untrack(move || self.range());
        let to = if high > low { to.clamp_to(low, high) } else { to.clamp_to(Micros::ZERO, to) };
        self.now.set(to);
        let length = self.length.get_untracked();
        let target = self.in_video(to) + inside;
        // Beyond its edges another video shows the picture: the page changes the source.
        let is_inside = target >= Micros::ZERO && (length == Micros::ZERO || self.in_video(to) <= length);
        if !is_inside {
            return;
        }
        if self.video.get_untracked().is_some_and(|video| video.seeking()) {
            self.wanted.set_value(Some(target));
        } else {
            self.show(target);
        }
    }

    /// From the clock to the video that plays.
    fn in_video(self, at: Micros) -> Micros {
        at - self.origin.get_untracked()
    }

    /// Moves the element; `at` is the video's own time.
    fn show(self, at: Micros) {
        if let Some(video) = self.video.get_untracked() {
            video.set_current_time((at + self.first_frame.get_untracked()).seconds());
        }
    }

    /// Another video takes over at `at`: where it begins on the clock, its length (zero while it is not known). What played
    /// plays on.
    pub fn place(self, origin: Micros, length: Micros, at: Micros) {
        let goes_on = self.playing.get_untracked() || self.carry_on.get_value();
        self.origin.set(origin);
        self.length.set(length);
        self.now.set(at);
        self.wanted.set_value(None);
        self.carry_on.set_value(goes_on);
        self.playing.set(false);
    }

    /// The video that comes next shall play when it is there.
    pub fn carry_on(self) {
        self.carry_on.set_value(true);
    }

    pub fn skip(self, by: Micros) {
        self.seek(self.now.get_untracked() + by);
    }

    /// Moves by whole frames and shows the middle of the frame.
    pub fn step(self, frames: i64) {
        self.pause();
        let rate = self.frame_rate.get_untracked().unwrap_or(USUAL_RATE);
        let now = self.in_video(self.now.get_untracked());
        if let Some((start, end)) = self.picture(now, frames) {
            // Not its middle: browsers take how long it is decoded for how long it is shown.
            let inside = Micros((end - start).0 / 2).min(VARIABLE_NUDGE);
            self.seek_showing(start + self.origin.get_untracked(), inside);
            return;
        }
        let index = rate.frame_at(now) + frames;
        if index < 0 {
            // Into the video before it, or nowhere.
            self.seek(self.now.get_untracked() - rate.frame_start(1));
            return;
        }
        let to = self.out_of_skips(rate.frame_start(index) + self.origin.get_untracked());
        let at = self.in_video(to);
        self.seek_showing(to, rate.frame_middle(rate.frame_at(at)) - at);
    }

    /// From when to when the picture is shown that comes `by` pictures after the one at `at`; none without a table.
    fn picture(self, at: Micros, by: i64) -> Option<(Micros, Micros)> {
        self.frame_table.with_untracked(|table| {
            let table = table.as_ref()?;
            let index = i64::try_from(table.index_at(at)).ok()? + by;
            table.shown(usize::try_from(index).ok()?)
        })
    }

    /// The start of the frame that is shown: where a mark belongs.
    pub fn frame_start(self) -> Micros {
        let rate = self.frame_rate.get_untracked().unwrap_or(USUAL_RATE);
        let now = self.in_video(self.now.get_untracked());
        let marked = self.frame_table.with_untracked(|table| {
            let table = table.as_ref()?;
            table.mark(table.index_at(now), rate)
        });
        marked.unwrap_or_else(|| rate.shown_at(now)) + self.origin.get_untracked()
    }

    /// The number of the picture that is shown, from 0; of the video that plays.
    pub fn frame_number(self) -> i64 {
        let at = self.now.get() - self.origin.get();
        let counted = self.frame_table.with(|table| table.as_ref().map(|table| table.index_at(at)));
        counted
            .and_then(|index| i64::try_from(index).ok())
            .unwrap_or_else(|| self.frame_rate.get().unwrap_or(USUAL_RATE).frame_at(at))
    }

    pub fn play(self) {
        self.end_shuttle();
        self.start();
    }

    pub(super) fn start(self) {
        if let Some((low, high)) = self.bounds.get_untracked()
            && self.now.get_untracked() + NUDGE >= high
        {
            self.seek(low);
        }
        if let Some(video) = self.video.get_untracked() {
            browser::video::play(&video);
        }
    }

    pub fn pause(self) {
        self.carry_on.set_value(false);
        self.end_shuttle();
        if let Some(video) = self.video.get_untracked() {
            let _ = video.pause();
        }
    }

    /// Whether pictures go by. The element itself knows first.
    pub fn is_moving(self) -> bool {
        let is_paused = self.video.get_untracked().is_none_or(|video| video.paused());
        self.playing.try_get_untracked() == Some(true) && !is_paused
    }

    /// Space: plays at the chosen speed, or pauses.
    pub fn toggle(self) {
        if self.playing.get_untracked() || self.shuttle.get_untracked() != 0 { self.pause() } else { self.play() }
    }

    pub fn toggle_mute(self) {
        let muted = !self.muted.get_untracked();
        self.muted.set(muted);
        if let Some(video) = self.video.get_untracked() {
            video.set_muted(muted);
        }
    }

    pub fn set_volume(self, volume: f64) {
        let volume = volume.clamp(0.0, 1.0);
        self.volume.set(volume);
        if let Some(video) = self.video.get_untracked() {
            video.set_volume(volume);
        }
    }

    pub fn toggle_full_screen(self) {
        match (self.screen.get_untracked(), self.stage.get_untracked()) {
            (Some(screen), _) => browser::video::toggle_full_screen(&screen),
            (None, Some(stage)) => browser::video::toggle_full_screen(&stage),
            (None, None) => {}
        }
    }

    /// The element is in the page: watch its frames.
    pub(super) fn attached(self) {
        let Some(video) = self.video.get_untracked() else { return };
        let watch = browser::video::watch_frames(&video, move |seconds| {
            let playing = self.video.try_get_untracked().flatten().is_some_and(|video| !video.paused());
            if playing {
                self.reached(Micros::from_seconds_f64(seconds));
            }
        });
        self.frames.set_value(watch.map(SendWrapper::new));
        if browser::video::has_metadata(&video) {
            self.loaded();
            self.settled();
        }
    }

    /// The page goes away.
    pub(super) fn detached(self) {
        self.frames.try_set_value(None);
        self.reverse.try_set_value(None);
    }

    /// The element's clock moved while it plays.
    fn reached(self, clock: Micros) {
        let at = (clock - self.first_frame.get_untracked()).max(Micros::ZERO) + self.origin.get_untracked();
        if let Some((low, high)) = untrack(move || self.loop_range()).filter(|_| self.looping.get_untracked())
            && at >= high
            && self.now.get_untracked() < high
        {
            self.seek(low);
            return;
        }
        let skip = self.skips.with_untracked(|all| all.iter().find(|(from, to)| (*from..*to).contains(&at)).copied());
        if let Some((_, to)) = skip {
            self.seek(to);
            return;
        }
        match self.bounds.get_untracked() {
            Some((_, high)) if at >= high => {
                self.pause();
                self.seek(high);
            }
            _ => self.now.set(at),
        }
    }

    /// Browsers without frame callbacks, and the last frame of a file.
    pub(super) fn ticked(self) {
        if let Some(video) = self.video.get_untracked()
            && !video.paused()
            && self.frames.with_value(Option::is_none)
        {
            self.reached(Micros::from_seconds_f64(video.current_time()));
        }
    }

    /// A new source is there: keep position, speed and sound.
    pub(super) fn loaded(self) {
        let Some(video) = self.video.get_untracked() else { return };
        self.failure.set(None);
        if let Some(seconds) = browser::video::duration(&video) {
            self.length.set(Micros::from_seconds_f64(seconds) - self.first_frame.get_untracked());
        }
        video.set_playback_rate(self.rate.get_untracked());
        video.set_muted(self.muted.get_untracked());
        video.set_volume(self.volume.get_untracked());
        self.wanted.set_value(None);
        self.seek(self.now.get_untracked());
        if self.carry_on.try_update_value(std::mem::take).unwrap_or(false) {
            browser::video::play(&video);
        }
    }

    /// What it played was taken away: a browser tells of no pause then.
    pub(super) fn emptied(self) {
        self.playing.set(false);
    }

    /// Played to its end.
    pub(super) fn ended(self) {
        self.playing.set(false);
        let span = untrack(move || self.loop_range()).filter(|_| self.looping.get_untracked());
        if let Some((low, _)) = span.filter(|(low, high)| (*low..=*high).contains(&self.now.get_untracked())) {
            self.seek(low);
            self.start();
            return;
        }
        self.ended.update(|count| *count += 1);
    }

    pub(super) fn failed(self) {
        self.playing.set(false);
        leptos::task::spawn_local(async move {
            // The element says the same of a file that it cannot play and of one that it cannot get.
            let why = if browser::page::server_answers().await {
                "This browser cannot play this file. Once it is uploaded, a copy that plays everywhere is made; it shows up here by itself."
            } else {
                "The server does not answer. The picture comes back when it does."
            };
            self.failure.try_set(Some(why));
        });
    }

    /// A picture is there. The browser's frame callback may have come before anybody listened.
    pub(super) fn settled(self) {
        let _ = self.settled.try_update(|count| *count += 1);
    }

    pub(super) fn seeked(self) {
        self.settled();
        if let Some(target) = self.wanted.try_update_value(Option::take).flatten() {
            self.show(target);
        }
    }
}
