//! What Annotate knows and does: the game, its clips as they are shown, the selection, the mark. All times here are on the
//! game's clock; [`Saver`] turns those of clips into the times of their videos, as they are stored.

use super::{saving::Saver, videos::Videos};
use crate::{
    browser,
    clips::{
        api::clips_of_game,
        bulk_form::Bulk,
        filter::ListFilter,
        form::ClipChange,
        history::{ClipState, gesture},
        lane::Moved,
        list::Pick,
        types::{Clip, ClipDetails},
    },
    domain::{
        clock::GameClock,
        ids::ClipId,
        palette::Palette,
        rating::{Rating, Tally},
        time::Micros,
    },
    editor::{
        history::History,
        playback::Playback,
        scale::{Scale, Span},
    },
    games::{
        api::{get_game, remember_position},
        types::Game,
    },
    live::{types::Topic, versions::Versions},
    preferences::types::Preferences,
    ui::toast::Toasts,
    uploads::queue::UploadQueue,
};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeSet;

/// Changes that come so near to each other are asked for together.
const GATHER_MS: u32 = 250;
const REMEMBER_EVERY_MS: u32 = 5_000;

#[derive(Clone, Copy)]
pub struct Annotation {
    pub game: RwSignal<Game>,
    /// Own tags and the roster.
    pub preferences: RwSignal<Preferences>,
    /// What clips of this game are tagged with.
    pub palette: Memo<Palette>,
    /// As they are shown: with what is not saved yet.
    pub clips: RwSignal<Vec<Clip>>,
    pub filter: RwSignal<ListFilter>,
    /// Whether the filter is open.
    pub searching: RwSignal<bool>,
    /// What the list shows, in its order.
    pub shown: Memo<Vec<Clip>>,
    pub selected: RwSignal<Option<ClipId>>,
    /// Those that are changed together, while there are at least two.
    pub picked: RwSignal<BTreeSet<ClipId>>,
    /// Whether a touch of a row picks it.
    pub picking: RwSignal<bool>,
    /// A start that waits for its end.
    pub mark: RwSignal<Option<Micros>>,
    /// Whether the form is pulled up on a phone.
    pub raised: RwSignal<bool>,
    pub playback: Playback,
    /// Which video plays, and where each stands on the clock.
    pub videos: Videos,
    pub scale: Scale,
    pub saver: Saver,
    /// What is called when a clip was brought back. It lives as long as the page, not as long as what was pressed.
    pub(super) choose: Callback<ClipId>,
    /// Clips that were deleted together are gone at the server, too.
    pub(super) gone: Callback<Vec<ClipId>>,
    pub(super) undo_action: Callback<()>,
    pub(super) history: RwSignal<History<Vec<ClipState>>>,
    pub toasts: Toasts,
    pub queue: UploadQueue,
    pub versions: Versions,
    /// A clip whose bounds are dragged, as it was before.
    dragged: StoredValue<Option<Clip>>,
    /// Whether loading again is on its way.
    reloading: StoredValue<bool>,
}

impl Annotation {
    pub fn new(game: Game, clips: Vec<Clip>, preferences: Preferences) -> Self {
        let position = game.last_position;
        let (game, preferences) = (RwSignal::new(game), RwSignal::new(preferences));
        let sport = move || game.with(|game| game.details.sport.unwrap_or_default());
        let videos = Videos::new(game, position);
        let playback = videos.playback;
        let whole = Signal::derive(move || Span { start: Micros::ZERO, end: playback.duration.get() });
        let (toasts, versions) = (Toasts::expect(), Versions::expect());
        let shown = RwSignal::new(Vec::new());
        let saver = Saver::new(shown, game.with_untracked(|game| game.id.clone()), versions, toasts);
        saver.set_clock(&videos.clock.get_untracked());
        saver.take_in(clips, saver.ask());
        let (selected, filter) = (RwSignal::new(None), RwSignal::new(ListFilter::default()));
        let this = StoredValue::new(None::<Self>);
        let with_page = move |act: &dyn Fn(Self)| this.get_value().into_iter().for_each(act);
        let page = Self {
            choose: Callback::new(move |id| selected.set(Some(id))),
            gone: Callback::new(move |ids: Vec<ClipId>| with_page(&|page| page.gone(&ids))),
            undo_action: Callback::new(move |()| with_page(&|page| page.undo())),
            history: RwSignal::new(History::default()),
            game,
            preferences,
            palette: Memo::new(move |_| preferences.with(|preferences| preferences.palette(sport()).clone())),
            clips: shown,
            filter,
            searching: RwSignal::new(false),
            shown: Memo::new(move |_| filter.with(|filter| shown.with(|clips| filter.apply(clips)))),
            selected,
            picked: RwSignal::new(BTreeSet::new()),
            picking: RwSignal::new(false),
            mark: RwSignal::new(None),
            raised: RwSignal::new(false),
            playback,
            videos,
            scale: Scale::new(whole),
            saver,
            toasts,
            queue: UploadQueue::expect(),
            versions,
            dragged: StoredValue::new(None),
            reloading: StoredValue::new(false),
        };
        page.scale.reveal(playback.now.get_untracked());
        this.set_value(Some(page));
        page
    }

    pub fn name(self) -> String {
        self.game.with(|game| game.details.name())
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
            let asked = self.saver.ask();
            let (game, clips) = futures::join!(get_game(id.clone()), clips_of_game(id));
            if let Ok(clips) = clips
                && !self.clips.is_disposed()
            {
                self.saver.take_in(clips, asked);
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
            let is_busy =
                self.mark.get_untracked().is_some() || self.picked.with_untracked(|picked| !picked.is_empty());
            let is_busy = is_busy || playback.looping.get_untracked();
            if !playback.playing.get_untracked() || is_busy || browser::keys::is_typing() {
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

    /// The next (`1`) or previous (`-1`) clip of the list.
    pub fn step_clip(self, by: isize) {
        let next = self.shown.with_untracked(|clips| {
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
            self.pick(&id, Pick::One);
        }
    }

    /// A change in the form.
    pub fn changed(self, change: ClipChange) {
        if let Some(clip) = untrack(move || self.selected_clip()) {
            self.store(&clip, change.details, change.at_once, None);
        }
    }

    /// Saves a clip's details; its times stay within its video. Steps of one gesture are one step of undo.
    fn store(self, clip: &Clip, details: ClipDetails, at_once: bool, part_of: Option<String>) {
        let clock = self.videos.clock.get_untracked();
        let (start, end) = (clock.within(&clip.video, details.start), clock.within(&clip.video, details.end));
        if start < end {
            let before = self.saver.stored_details(clip);
            let details = ClipDetails { start, end, ..details };
            let after = self.saver.stored_details(&Clip { details: details.clone(), ..clip.clone() });
            let gesture = part_of.or_else(|| (!at_once).then(|| gesture(&clip.id, &before, &after)));
            self.record(&clip.id, Some(before), Some(after), gesture);
            self.saver.change(&clip.id, details, at_once);
        } else {
            // What was dragged goes back to where it was.
            self.saver.show(&clip.id, clip.details.clone());
            self.toasts.error("A clip lies within one video. Make another clip for the other one.");
        }
    }

    pub fn rate(self, rating: Rating) {
        if self.has_picked() {
            self.rate_picked(rating);
        } else {
            self.edit_selected(|details| details.rating = rating);
        }
    }

    pub(super) fn edit_selected(self, edit: impl FnOnce(&mut ClipDetails)) {
        self.edit_in(None, edit);
    }

    /// The same as a part of a gesture.
    pub(super) fn edit_in(self, part_of: Option<&str>, edit: impl FnOnce(&mut ClipDetails)) {
        if let Some(clip) = untrack(move || self.selected_clip()) {
            let mut details = clip.details.clone();
            edit(&mut details);
            self.store(&clip, details, true, part_of.map(|part| format!("{} {part}", clip.id)));
        }
    }

    /// Bounds that are dragged on the timeline: stored when they are let go; the picture follows the edge.
    pub fn moved(self, moved: Moved) {
        let shown = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == moved.id).cloned());
        let Some(shown) = shown else { return };
        self.selected.set(Some(moved.id.clone()));
        let edge = [(shown.details.start, moved.start), (shown.details.end, moved.end)];
        if let Some((_, edge)) = edge.into_iter().find(|(before, now)| before != now) {
            self.videos.go_to(&shown.video, edge);
        }
        // What is shown has moved with the pointer: an undo goes back to where it was taken up.
        let before = self.dragged.get_value().filter(|before| before.id == moved.id).unwrap_or_else(|| shown.clone());
        if moved.released {
            self.dragged.set_value(None);
            if (moved.start, moved.end) == (before.details.start, before.details.end) {
                // Back where it was: nothing to store, nothing to undo.
                return self.saver.show(&moved.id, before.details);
            }
            let on_frame = |at| self.videos.on_frame(&shown.video, at);
            let (start, end) = (on_frame(moved.start), on_frame(moved.end));
            self.store(&before, ClipDetails { start, end, ..shown.details }, true, None);
        } else {
            self.dragged.set_value(Some(before));
            self.saver.show(&moved.id, ClipDetails { start: moved.start, end: moved.end, ..shown.details });
        }
    }

    /// Deletes what is picked, or the selected clip; the toast brings it back.
    pub fn delete_selected(self) {
        if self.has_picked() {
            self.bulk(Bulk::Delete);
            return;
        }
        let Some(clip) = untrack(move || self.selected_clip()) else { return };
        self.selected.set(None);
        let before = self.saver.stored_details(&clip);
        self.record(&clip.id, Some(before), None, None);
        self.saver.delete(vec![clip], Some(self.gone));
    }

    /// Esc: the mark goes first, then what is picked, then the selection.
    pub fn escape(self) {
        if self.mark.get_untracked().is_some() {
            self.mark.set(None);
        } else if self.picking.get_untracked() || self.picked.with_untracked(|picked| !picked.is_empty()) {
            self.pick_none();
        } else if self.raised.get_untracked() {
            self.raised.set(false);
        } else {
            self.selected.set(None);
        }
    }
}
