//! What Annotate knows and does: the game, its clips as they are shown, the selection, the mark. All times here are on the
//! game's clock; [`Saver`] turns those of clips into the times of their videos, as they are stored.

use super::{saving::Saver, videos::Videos};
use crate::{
    browser,
    clips::{
        api::clips_of_game,
        form::ClipChange,
        history::{ClipState, Way, gesture, turned, ways},
        lane::Moved,
        types::{Clip, ClipDetails},
    },
    domain::{
        clock::GameClock,
        ids::ClipId,
        rating::{Rating, Tally},
        tags::{MAX_TAGS, Sport, Tag},
        time::Micros,
    },
    editor::{
        history::{self, History},
        playback::Playback,
        scale::{Scale, Span},
    },
    games::{
        api::{get_game, remember_position},
        types::Game,
    },
    live::{types::Topic, versions::Versions},
    ui::toast::Toasts,
    uploads::queue::UploadQueue,
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
    /// Which video plays, and where each stands on the clock.
    pub videos: Videos,
    pub scale: Scale,
    pub saver: Saver,
    /// What is called when a clip comes into being: made anew, or brought back. They live as long as the page, not as long as what
    /// was pressed.
    made: Callback<ClipId>,
    choose: Callback<ClipId>,
    /// A clip that was deleted is gone at the server, too.
    gone: Callback<ClipId>,
    undo_action: Callback<()>,
    history: RwSignal<History<Vec<ClipState>>>,
    pub toasts: Toasts,
    pub queue: UploadQueue,
    pub versions: Versions,
    /// Whether loading again is on its way.
    reloading: StoredValue<bool>,
}

impl Annotation {
    pub fn new(game: Game, clips: Vec<Clip>) -> Self {
        let position = game.last_position;
        let game = RwSignal::new(game);
        let videos = Videos::new(game, position);
        let playback = videos.playback;
        let whole = Signal::derive(move || Span { start: Micros::ZERO, end: playback.duration.get() });
        let (toasts, versions) = (Toasts::expect(), Versions::expect());
        let shown = RwSignal::new(Vec::new());
        let saver = Saver::new(shown, versions, toasts);
        saver.set_clock(&videos.clock.get_untracked());
        saver.take_in(clips);
        let selected = RwSignal::new(None);
        let this = StoredValue::new(None::<Self>);
        let with_page = move |act: &dyn Fn(Self)| this.get_value().into_iter().for_each(act);
        let page = Self {
            choose: Callback::new(move |id| selected.set(Some(id))),
            made: Callback::new(move |id: ClipId| with_page(&|page| page.made(&id))),
            gone: Callback::new(move |id: ClipId| with_page(&|page| page.gone(&id))),
            undo_action: Callback::new(move |()| with_page(&|page| page.undo())),
            history: RwSignal::new(History::default()),
            game,
            clips: shown,
            selected,
            mark: RwSignal::new(None),
            raised: RwSignal::new(false),
            playback,
            videos,
            scale: Scale::new(whole),
            saver,
            toasts,
            queue: UploadQueue::expect(),
            versions,
            reloading: StoredValue::new(false),
        };
        page.scale.reveal(playback.now.get_untracked());
        this.set_value(Some(page));
        page
    }

    /// Undo reaches back over a reload. Called in a component.
    pub fn keep_history(self) {
        let game = self.game.with_untracked(|game| game.id.clone());
        history::keep(format!("undo {game}"), self.history);
    }

    fn made(self, id: &ClipId) {
        self.selected.set(Some(id.clone()));
        let clip = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == *id).cloned());
        if let Some(clip) = clip {
            let after = Some(self.saver.stored_details(&clip));
            self.record(id, None, after, None);
        }
    }

    fn record(self, id: &ClipId, before: Option<ClipDetails>, after: Option<ClipDetails>, gesture: Option<String>) {
        if before != after {
            // An undo that a toast offered would now undo this.
            self.toasts.retract_actions();
            let state = |details| vec![ClipState { id: id.clone(), details }];
            self.history.update(|history| history.push(state(before), state(after), gesture));
        }
    }

    /// Clips that were made of a file: one step of undo takes all of them away again.
    pub fn imported(self, made: Vec<Clip>) {
        // The page may be left by now.
        if made.is_empty() || self.clips.is_disposed() {
            return;
        }
        let state = |details: Option<&Clip>, id: &ClipId| ClipState {
            id: id.clone(),
            details: details.map(|clip| clip.details.clone()),
        };
        let before = made.iter().map(|clip| state(None, &clip.id)).collect();
        let after = made.iter().map(|clip| state(Some(clip), &clip.id)).collect();
        self.toasts.retract_actions();
        self.history.update(|history| history.push(before, after, None));
        let game = self.game.with_untracked(|game| game.id.clone());
        self.saver.add(made);
        self.versions.bump(&Topic::Clips(game));
    }

    pub fn can_undo(self) -> bool {
        self.history.with(History::can_undo)
    }

    pub fn can_redo(self) -> bool {
        self.history.with(History::can_redo)
    }

    pub fn undo(self) {
        self.go(History::undo);
    }

    pub fn redo(self) {
        self.go(History::redo);
    }

    fn go(self, step: impl FnOnce(&mut History<Vec<ClipState>>) -> Option<(Vec<ClipState>, Vec<ClipState>)>) {
        let Some((from, to)) = self.history.try_update(step).flatten() else { return };
        self.toasts.retract_actions();
        let mut leaving = Vec::new();
        for (id, way) in ways(from, to) {
            let clip = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == id).cloned());
            match (way, clip) {
                (Way::Restore, None) => self.saver.restore(id, self.choose),
                (Way::Delete, Some(clip)) => {
                    self.selected.set(None);
                    leaving.push(clip);
                }
                (Way::Change(change), Some(clip)) => {
                    let turned = turned(&self.saver.stored_details(&clip), &change.0, &change.1);
                    self.saver.change(&id, self.saver.shown_details(&clip, turned), true);
                    self.select(&id);
                }
                (Way::Restore, Some(_)) => {}
                (Way::Delete | Way::Change(..), None) => {
                    self.toasts.say("That clip is not there any more: nothing was changed");
                }
            }
        }
        if !leaving.is_empty() {
            self.saver.delete(leaving, self.gone);
        }
    }

    /// The toast's undo is of this deletion, or there is none.
    fn gone(self, id: &ClipId) {
        let is_last = self.history.with_untracked(|history| {
            history.last().is_some_and(|(before, after)| {
                let is = |states: &[ClipState], there: bool| {
                    matches!(states, [state] if state.id == *id && state.details.is_some() == there)
                };
                is(before, true) && is(after, false)
            })
        });
        if is_last {
            self.toasts.with_action("Clip deleted", "Undo", self.undo_action);
        }
    }

    pub fn name(self) -> String {
        self.game.with(|game| game.details.name())
    }

    pub fn sport(self) -> Signal<Sport> {
        Signal::derive(move || self.game.with(|game| game.details.sport.unwrap_or_default()))
    }

    pub fn picture_size(self) -> Signal<Option<(u32, u32)>> {
        let shown = self.videos.shown;
        Signal::derive(move || shown.get().and_then(|video| video.facts).map(|facts| (facts.width, facts.height)))
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

    /// Asks again when anybody changed the game or its clips; when its clock changes, clips move with their videos.
    pub fn keep_fresh(self) {
        Effect::new(move |_| self.videos.clock.with(|clock: &GameClock| self.saver.set_clock(clock)));
        let versions = self.versions;
        Effect::new(move |seen: Option<(u64, u64)>| {
            let clips = self.game.with_untracked(|game| Topic::Clips(game.id.clone()));
            let now = (versions.games.get(), versions.of(&clips));
            if seen.is_some_and(|seen| seen != now) {
                self.reload();
            }
            now
        });
    }

    /// A video that is dropped while this page is open is added to its game.
    pub fn take_drops(self) {
        let target = self.queue.target;
        Effect::new(move |_| target.set(self.game.with(|game| Some((game.id.clone(), game.details.name())))));
        on_cleanup(move || target.set(None));
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
            let under = self.under(at).map(|clip| clip.id);
            if under.is_some() && under != self.selected.get_untracked() {
                self.selected.set(under);
            }
        });
    }

    /// The clip of the shown video that the playhead is in: of several the one that began last.
    fn under(self, at: Micros) -> Option<Clip> {
        let is_under =
            |clip: &&Clip| clip.details.start <= at && at < clip.details.end && self.videos.is_shown(&clip.video);
        self.clips.with_untracked(|clips| clips.iter().filter(is_under).max_by_key(|clip| clip.details.start).cloned())
    }

    /// For the badge over the picture.
    pub fn current(self) -> Option<Clip> {
        let at = self.playback.now.get();
        self.clips.track();
        let chosen = self.selected_clip();
        chosen
            .filter(|clip| clip.details.start <= at && at < clip.details.end && self.videos.is_shown(&clip.video))
            .or_else(|| self.under(at))
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
        let clip = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == *id).cloned());
        if let Some(clip) = clip {
            self.selected.set(Some(clip.id));
            self.videos.go_to(&clip.video, clip.details.start);
            self.scale.reveal(clip.details.start);
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
        if let Some(clip) = untrack(move || self.selected_clip()) {
            self.store(&clip, change.details, change.at_once);
        }
    }

    /// Saves a clip's details; its times stay within its video.
    fn store(self, clip: &Clip, details: ClipDetails, at_once: bool) {
        let clock = self.videos.clock.get_untracked();
        let (start, end) = (clock.within(&clip.video, details.start), clock.within(&clip.video, details.end));
        if start < end {
            let before = self.saver.stored_details(clip);
            let details = ClipDetails { start, end, ..details };
            let after = self.saver.stored_details(&Clip { details: details.clone(), ..clip.clone() });
            let gesture = (!at_once).then(|| gesture(&clip.id, &before, &after));
            self.record(&clip.id, Some(before), Some(after), gesture);
            self.saver.change(&clip.id, details, at_once);
        } else {
            self.toasts.error("A clip lies within one video. Make another clip for the other one.");
        }
    }

    pub fn rate(self, rating: Rating) {
        self.edit_selected(|details| details.rating = rating);
    }

    fn edit_selected(self, edit: impl FnOnce(&mut ClipDetails)) {
        if let Some(clip) = untrack(move || self.selected_clip()) {
            let mut details = clip.details.clone();
            edit(&mut details);
            self.store(&clip, details, true);
        }
    }

    /// Bounds that are dragged on the timeline: stored when they are let go; the picture follows the edge.
    pub fn moved(self, moved: Moved) {
        let before = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == moved.id).cloned());
        let Some(before) = before else { return };
        self.selected.set(Some(moved.id.clone()));
        let edge = [(before.details.start, moved.start), (before.details.end, moved.end)];
        if let Some((_, edge)) = edge.into_iter().find(|(before, now)| before != now) {
            self.videos.go_to(&before.video, edge);
        }
        if moved.released {
            let on_frame = |at| self.videos.on_frame(&before.video, at);
            let (start, end) = (on_frame(moved.start), on_frame(moved.end));
            self.store(&before, ClipDetails { start, end, ..before.details.clone() }, true);
        } else {
            self.saver.show(&moved.id, ClipDetails { start: moved.start, end: moved.end, ..before.details });
        }
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
            Some(mark) if mark < at => self.create(mark, at, true, Vec::new()),
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
            match untrack(move || self.selected_clip()) {
                Some(clip) => self.videos.go_to(&clip.video, target),
                None => self.playback.seek(target),
            }
        }
    }

    /// N: from the mark to the playhead, or around the playhead.
    pub fn new_clip(self) {
        self.mark_around((LEAD, LAG), Vec::new());
    }

    /// A tag's key: a tag of the selected clip while the playhead is in it; otherwise a clip with that tag.
    pub fn press_tag(self, tag: &Tag) {
        let at = self.playback.frame_start();
        let clip = untrack(move || self.selected_clip()).filter(|_| self.mark.get_untracked().is_none());
        if clip.is_some_and(|clip| (clip.details.start..=clip.details.end).contains(&at)) {
            self.edit_selected(|details| match details.tags.iter().position(|known| *known == tag.name) {
                Some(at) => drop(details.tags.remove(at)),
                None if details.tags.len() < MAX_TAGS => details.tags.push(tag.name.clone()),
                None => {}
            });
        } else {
            self.mark_around(tag.reach(), vec![tag.name.clone()]);
        }
    }

    fn mark_around(self, (lead, lag): (Micros, Micros), tags: Vec<String>) {
        let at = self.playback.frame_start();
        match self.mark.get_untracked() {
            Some(mark) if mark < at => self.create(mark, at, true, tags),
            _ => self.create(at - lead, at + lag, false, tags),
        }
    }

    /// Makes a clip of the shown video. A mark that was made in another video is cut, and not in silence.
    fn create(self, start: Micros, end: Micros, is_marked: bool, tags: Vec<String>) {
        let Some(video) = self.videos.shown.with_untracked(|video| video.as_ref().map(|video| video.id.clone())) else {
            self.toasts.error("Add the game's video first: clips belong to it");
            return;
        };
        self.mark.set(None);
        let clock = self.videos.clock.get_untracked();
        let (marked, (start, end)) = (start, (clock.within(&video, start), clock.within(&video, end)));
        if start >= end {
            self.toasts.say("A clip lies within one video: press I again where it begins");
            return;
        }
        if is_marked && marked < start {
            self.toasts.say(
                "The clip begins with this video: a clip lies within one. Make another for the end of the one before.",
            );
        }
        let details = ClipDetails {
            start,
            end,
            rating: Rating::default(),
            tags,
            name: String::new(),
            players: String::new(),
            notes: String::new(),
        };
        self.saver.create(video, details, self.made);
    }

    /// Deletes the selected clip; the toast brings it back.
    pub fn delete_selected(self) {
        let Some(clip) = untrack(move || self.selected_clip()) else { return };
        self.selected.set(None);
        let before = self.saver.stored_details(&clip);
        self.record(&clip.id, Some(before), None, None);
        self.saver.delete(vec![clip], self.gone);
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
