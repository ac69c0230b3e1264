//! What Annotate knows and does: the game, its clips as they are shown, the selection, the mark.

use super::saving::Saver;
use crate::{
    browser,
    clips::{
        api::clips_of_game,
        form::ClipChange,
        lane::Moved,
        types::{Clip, ClipDetails},
    },
    domain::{
        ids::{ClipId, VideoId},
        rating::{Rating, Tally},
        time::Micros,
    },
    editor::{
        playback::Playback,
        scale::{Scale, Span},
    },
    games::{
        api::{get_game, remember_position},
        types::{Game, Video},
    },
    live::versions::Versions,
    ui::toast::Toasts,
};
use leptos::{prelude::*, task::spawn_local};

/// What a clip without a mark begins before the playhead, and ends after it.
const LEAD: Micros = Micros::from_seconds(8);
const LAG: Micros = Micros::from_seconds(2);
/// How near to the selected clip I and O still mean its edges.
const NEAR: Micros = Micros::from_seconds(10);
/// Changes that come so near to each other are asked for together.
const GATHER_MS: u32 = 250;
const REMEMBER_EVERY_MS: u32 = 5_000;

#[derive(Clone, Copy)]
pub struct Annotation {
    pub game: RwSignal<Game>,
    /// As they are shown: with what is not saved yet.
    pub clips: RwSignal<Vec<Clip>>,
    pub selected: RwSignal<Option<ClipId>>,
    /// A start that waits for its end.
    pub mark: RwSignal<Option<Micros>>,
    /// Whether the form is pulled up on a phone.
    pub raised: RwSignal<bool>,
    pub playback: Playback,
    pub scale: Scale,
    pub saver: Saver,
    pub toasts: Toasts,
    versions: Versions,
    /// Whether loading again is on its way.
    reloading: StoredValue<bool>,
}

impl Annotation {
    pub fn new(game: Game, clips: Vec<Clip>) -> Self {
        let playback = Playback::new();
        playback.now.set(game.last_position);
        let whole = Signal::derive(move || Span { start: Micros::ZERO, end: playback.duration.get() });
        let (toasts, versions) = (Toasts::expect(), Versions::expect());
        let clips = RwSignal::new(clips);
        let page = Self {
            game: RwSignal::new(game),
            clips,
            selected: RwSignal::new(None),
            mark: RwSignal::new(None),
            raised: RwSignal::new(false),
            playback,
            scale: Scale::new(whole),
            saver: Saver::new(clips, versions, toasts),
            toasts,
            versions,
            reloading: StoredValue::new(false),
        };
        page.learn_facts();
        page.scale.reveal(playback.now.get_untracked());
        page
    }

    pub fn name(self) -> String {
        self.game.with(|game| game.details.name())
    }

    /// The recording that is annotated.
    pub fn video(self) -> Option<Video> {
        self.game.with(|game| game.videos.first().cloned())
    }

    pub fn video_id(self) -> Option<VideoId> {
        self.game.with_untracked(|game| game.videos.first().map(|video| video.id.clone()))
    }

    pub fn picture_size(self) -> Signal<Option<(u32, u32)>> {
        Signal::derive(move || self.video().and_then(|video| video.facts).map(|facts| (facts.width, facts.height)))
    }

    pub fn tally(self) -> Tally {
        let mut tally = Tally::default();
        self.clips.with(|clips| {
            for clip in clips {
                tally.0[usize::from(clip.details.rating.stars()) - 1] += 1;
            }
        });
        tally
    }

    /// Hands what is known of the file to the player.
    fn learn_facts(self) {
        let facts = self.game.with_untracked(|game| game.videos.first().and_then(|video| video.facts.clone()));
        if let Some(facts) = facts {
            self.playback.frame_rate.set(facts.rate.is_usable().then_some(facts.rate));
            self.playback.first_frame.set(facts.first_frame);
            self.playback.duration.set(facts.duration);
        }
    }

    /// Asks again when anybody changed the game or its clips.
    pub fn keep_fresh(self) {
        let versions = self.versions;
        Effect::new(move |seen: Option<(u64, u64)>| {
            let now = (versions.games.get(), versions.clips.get());
            if seen.is_some_and(|seen| seen != now) {
                self.reload();
            }
            now
        });
    }

    /// Loads game and clips again, once for changes that come together; what is not saved yet stays.
    pub fn reload(self) {
        if self.reloading.try_get_value().unwrap_or(true) {
            return;
        }
        self.reloading.set_value(true);
        let id = self.game.with_untracked(|game| game.id.clone());
        spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(GATHER_MS).await;
            self.reloading.try_set_value(false);
            let (game, clips) = futures::join!(get_game(id.clone()), clips_of_game(id));
            if let Ok(clips) = clips
                && !self.clips.is_disposed()
            {
                self.saver.take_in(clips);
            }
            if let Ok(game) = game
                && self.game.try_get_untracked().is_some_and(|known| known != game)
            {
                self.game.set(game);
                self.learn_facts();
            }
        });
    }

    /// While it plays, the clip under the playhead is the selected one; never while somebody types.
    pub fn follow_playhead(self) {
        let playback = self.playback;
        Effect::new(move |_| {
            let at = playback.now.get();
            if !playback.playing.get_untracked() || self.mark.get_untracked().is_some() || browser::keys::is_typing() {
                return;
            }
            let under = self.clips.with_untracked(|clips| Self::under(clips, at).map(|clip| clip.id.clone()));
            if under.is_some() && under != self.selected.get_untracked() {
                self.selected.set(under);
            }
        });
    }

    /// The clip that the playhead is in: of several the one that began last.
    fn under(clips: &[Clip], at: Micros) -> Option<&Clip> {
        clips
            .iter()
            .filter(|clip| clip.details.start <= at && at < clip.details.end)
            .max_by_key(|clip| clip.details.start)
    }

    /// For the badge over the picture.
    pub fn current(self) -> Option<Clip> {
        let (at, selected) = (self.playback.now.get(), self.selected.get());
        self.clips.with(|clips| {
            let chosen = clips.iter().find(|clip| Some(&clip.id) == selected.as_ref());
            chosen
                .filter(|clip| clip.details.start <= at && at < clip.details.end)
                .or_else(|| Self::under(clips, at))
                .cloned()
        })
    }

    /// Saves the position every few seconds, when the tab is hidden, and when the page is left.
    pub fn remember_position(self) {
        let last = StoredValue::new(self.playback.now.get_untracked());
        let id = self.game.with_untracked(|game| game.id.clone());
        let save = move || {
            let (Some(now), Some(before)) = (self.playback.now.try_get_untracked(), last.try_get_value()) else {
                return;
            };
            if now != before {
                last.set_value(now);
                let id = id.clone();
                spawn_local(async move {
                    let _ = remember_position(id, now).await;
                });
            }
        };
        Effect::new(move |_| {
            let (tick, leave) = (save.clone(), save.clone());
            browser::page::every(REMEMBER_EVERY_MS, tick);
            browser::page::on_hidden(save.clone());
            on_cleanup(leave);
        });
    }

    pub fn selected_clip(self) -> Option<Clip> {
        let id = self.selected.get()?;
        self.clips.with(|clips| clips.iter().find(|clip| clip.id == id).cloned())
    }

    /// Selects a clip and goes to its start.
    pub fn select(self, id: &ClipId) {
        self.mark.set(None);
        let start =
            self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == *id).map(|clip| clip.details.start));
        if let Some(start) = start {
            self.selected.set(Some(id.clone()));
            self.playback.seek(start);
            self.scale.reveal(start);
        }
    }

    /// The next (`1`) or previous (`-1`) clip in playing order.
    pub fn step_clip(self, by: isize) {
        let next = self.clips.with_untracked(|clips| {
            let selected = self.selected.get_untracked();
            let at = clips.iter().position(|clip| Some(&clip.id) == selected.as_ref());
            let now = self.playback.now.get_untracked();
            let target = match at {
                Some(at) => at.checked_add_signed(by)?,
                None if by > 0 => clips.iter().position(|clip| clip.details.start >= now)?,
                None => clips.iter().rposition(|clip| clip.details.start <= now)?,
            };
            clips.get(target).map(|clip| clip.id.clone())
        });
        if let Some(id) = next {
            self.select(&id);
        }
    }

    /// A change in the form.
    pub fn changed(self, change: ClipChange) {
        if let Some(id) = self.selected.get_untracked() {
            self.saver.change(&id, change.details, change.at_once);
        }
    }

    pub fn rate(self, rating: Rating) {
        self.edit_selected(|details| details.rating = rating);
    }

    fn edit_selected(self, edit: impl FnOnce(&mut ClipDetails)) {
        if let Some(clip) = untrack(move || self.selected_clip()) {
            let mut details = clip.details;
            edit(&mut details);
            self.saver.change(&clip.id, details, true);
        }
    }

    /// Bounds that are dragged on the timeline: stored when they are let go; the picture follows the edge.
    pub fn moved(self, moved: Moved) {
        let before = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == moved.id).cloned());
        let Some(before) = before else { return };
        self.selected.set(Some(moved.id.clone()));
        let edge = [(before.details.start, moved.start), (before.details.end, moved.end)];
        if let Some((_, edge)) = edge.into_iter().find(|(before, now)| before != now) {
            self.playback.seek(edge);
        }
        if moved.released {
            let details =
                ClipDetails { start: self.on_frame(moved.start), end: self.on_frame(moved.end), ..before.details };
            self.saver.change(&moved.id, details, true);
        } else {
            self.saver.show(&moved.id, ClipDetails { start: moved.start, end: moved.end, ..before.details });
        }
    }

    /// The nearest frame's start, when the rate is known.
    fn on_frame(self, at: Micros) -> Micros {
        self.playback.frame_rate.get_untracked().map_or(at, |rate| rate.frame_start(rate.nearest_frame(at)))
    }

    /// I: the selected clip's start when the playhead is at or near that clip, otherwise a mark.
    pub fn set_in(self) {
        let at = self.playback.frame_start();
        match self.near_selected(at).filter(|_| self.mark.get_untracked().is_none()) {
            Some(clip) if at < clip.details.end => self.edit_selected(|details| details.start = at),
            _ => {
                self.selected.set(None);
                self.mark.set(Some(at));
            }
        }
    }

    /// O: ends the mark with a new clip; otherwise the selected clip's end.
    pub fn set_out(self) {
        let at = self.playback.frame_start();
        match self.mark.get_untracked() {
            Some(mark) if mark < at => self.create(mark, at),
            Some(_) => self.toasts.say("The end comes after the start: play on and press O again"),
            None => {
                if self.near_selected(at).is_some_and(|clip| clip.details.start < at) {
                    self.edit_selected(|details| details.end = at);
                }
            }
        }
    }

    fn near_selected(self, at: Micros) -> Option<Clip> {
        let clip = untrack(move || self.selected_clip())?;
        (clip.details.start - NEAR <= at && at <= clip.details.end + NEAR).then_some(clip)
    }

    /// Shift+I, Shift+O: to the edges of the selected clip, or to the mark.
    pub fn jump(self, to_end: bool) {
        let clip = untrack(move || self.selected_clip());
        let target = clip.map(|clip| if to_end { clip.details.end } else { clip.details.start });
        if let Some(target) = target.or(self.mark.get_untracked().filter(|_| !to_end)) {
            self.playback.seek(target);
        }
    }

    /// N: from the mark to the playhead, or around the playhead.
    pub fn new_clip(self) {
        let at = self.playback.frame_start();
        let duration = self.playback.duration.get_untracked();
        match self.mark.get_untracked() {
            Some(mark) if mark < at => self.create(mark, at),
            _ => {
                let end = if duration > Micros::ZERO { (at + LAG).clamp_to(Micros::ZERO, duration) } else { at + LAG };
                self.create((at - LEAD).clamp_to(Micros::ZERO, at), end);
            }
        }
    }

    fn create(self, start: Micros, end: Micros) {
        let Some(video) = self.video_id() else {
            self.toasts.error("Add the game's video first: clips belong to it");
            return;
        };
        self.mark.set(None);
        let details = ClipDetails {
            start,
            end,
            rating: Rating::default(),
            tags: Vec::new(),
            name: String::new(),
            players: String::new(),
            notes: String::new(),
        };
        self.saver.create(video, details, Callback::new(move |id| self.selected.set(Some(id))));
    }

    /// Deletes the selected clip; the toast brings it back.
    pub fn delete_selected(self) {
        let Some(clip) = untrack(move || self.selected_clip()) else { return };
        self.selected.set(None);
        self.saver.delete(clip, Callback::new(move |id| self.selected.set(Some(id))));
    }

    /// Esc: the mark goes first, then the selection.
    pub fn escape(self) {
        if self.mark.get_untracked().is_some() {
            self.mark.set(None);
        } else if self.raised.get_untracked() {
            self.raised.set(false);
        } else {
            self.selected.set(None);
        }
    }
}
