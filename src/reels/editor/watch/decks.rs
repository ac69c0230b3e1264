//! Two players that take turns. The one that plays leads: where it is says which output frame is shown.

use crate::{
    browser::{
        canvas::{darken, draw_scene, fit, lay_over, watch_width},
        pictures::Pictures,
        video,
    },
    domain::playlist::{Playlist, Seen, Take},
    reels::editor::{desk::Subject, result::scene_of, session::Session},
};
use leptos::{html, prelude::*};

#[derive(Clone, Copy)]
pub struct Decks {
    session: Session,
    list: Memo<Result<Playlist, String>>,
    /// The output frame that is shown.
    pub at: RwSignal<i64>,
    pub playing: RwSignal<bool>,
    pub muted: RwSignal<bool>,
    pub videos: [NodeRef<html::Video>; 2],
    pub canvas: NodeRef<html::Canvas>,
    /// Where the clip that comes up is drawn before it is laid over.
    pub over: NodeRef<html::Canvas>,
    /// How many pixels of the screen it is wide.
    width: RwSignal<u32>,
    /// Which take each of them has.
    takes: StoredValue<[Option<usize>; 2]>,
    leader: StoredValue<usize>,
    /// They stay on their thread: decks are made when the reel is watched, so in a browser.
    pictures: StoredValue<Pictures, LocalStorage>,
}

impl Decks {
    pub fn new(session: Session, list: Memo<Result<Playlist, String>>) -> Self {
        let decks = Self {
            session,
            list,
            at: RwSignal::new(0),
            playing: RwSignal::new(false),
            muted: RwSignal::new(false),
            videos: [NodeRef::new(), NodeRef::new()],
            canvas: NodeRef::new(),
            over: NodeRef::new(),
            width: RwSignal::new(0),
            takes: StoredValue::new([None; 2]),
            leader: StoredValue::new(0),
            pictures: StoredValue::new_local(Pictures::default()),
        };
        // From the clip that is being framed; and again where it is when the reel is changed elsewhere.
        Effect::new(move |before: Option<()>| {
            list.track();
            if decks.videos.iter().all(|video| video.get().is_some()) && decks.canvas.get().is_some() {
                let from = if before.is_none() { decks.first_of_current() } else { decks.at.get_untracked() };
                decks.takes.set_value([None; 2]);
                decks.seek(from);
            }
        });
        Effect::new(move |_| {
            let muted = decks.muted.get();
            for video in decks.videos.iter().filter_map(NodeRef::get) {
                video.set_muted(muted);
            }
        });
        Effect::new(move |_| {
            watch_width(&decks.canvas.get()?, move |pixels| {
                let _ = decks.width.try_set(pixels);
                decks.draw();
            })
        });
        // The picture of a seek may come a moment after its end was told.
        Effect::new(move |_| {
            decks.videos.map(|deck| {
                let shown = move |_| {
                    if decks.playing.try_get_untracked() == Some(false) {
                        decks.draw();
                    }
                };
                video::watch_frames(&deck.get()?, shown)
            })
        });
        decks
    }

    /// Of the reel's pictures.
    fn size(self) -> (u32, u32) {
        self.session.reel.try_with_untracked(|reel| reel.aspect).unwrap_or_default().size()
    }

    fn first_of_current(self) -> i64 {
        let current = self.session.current.get_untracked();
        let place = self
            .session
            .reel
            .with_untracked(|reel| reel.clips.iter().position(|clip| Some(&clip.id) == current.as_ref()));
        let first = |list: &Playlist| Some(list.takes.iter().find(|take| Some(take.clip) == place)?.first);
        self.with_list(first).flatten().unwrap_or(0)
    }

    fn with_list<T>(self, of: impl FnOnce(&Playlist) -> T) -> Option<T> {
        self.list.try_with_untracked(|list| list.as_ref().ok().map(of)).flatten()
    }

    fn seen(self, n: i64) -> Option<Seen> {
        self.with_list(|list| list.seen(n)).flatten()
    }

    fn take(self, index: usize) -> Option<Take> {
        self.with_list(|list| list.takes.get(index).cloned()).flatten()
    }

    fn subject(self, take: &Take) -> Option<Subject> {
        self.session.reel.try_with_untracked(|reel| Subject::of(reel, reel.clips.get(take.clip)?)).flatten()
    }

    /// Puts a take into a player, at rest where output frame `n` is.
    fn load(self, deck: usize, index: usize, n: i64) {
        let (Some(take), Some(video)) = (self.take(index), self.videos[deck].get_untracked()) else { return };
        let Some(subject) = self.subject(&take) else { return };
        let url = self
            .session
            .reel
            .with_untracked(|reel| reel.clips.get(take.clip).and_then(|clip| reel.video_of(clip)?.url.clone()));
        let Some(url) = url else { return };
        if video.get_attribute("src").as_deref() != Some(url.as_str()) {
            video.set_src(&url);
        }
        video.set_volume((f64::from(subject.framing.volume.percent()) / 100.0).min(1.0));
        video.set_current_time(subject.facts.current_time(take.source_time(n)));
        self.takes.update_value(|takes| takes[deck] = Some(index));
    }

    /// Shows output frame `n`; what plays plays on from there.
    pub fn seek(self, n: i64) {
        let n = n.clamp(0, self.with_list(|list| (list.frames - 1).max(0)).unwrap_or(0));
        let Some(seen) = self.seen(n) else { return };
        for video in self.videos.iter().filter_map(NodeRef::get_untracked) {
            let _ = video.pause();
        }
        self.at.set(n);
        let leader = self.leader.get_value();
        self.load(leader, seen.take, n);
        self.prepare(seen.take + 1, n);
        if self.playing.get_untracked() {
            self.start();
        }
    }

    /// The player that rests waits where the next take begins, or is where that is already seen.
    fn prepare(self, index: usize, n: i64) {
        if let Some(next) = self.take(index) {
            self.load(1 - self.leader.get_value(), index, n.max(next.first));
        }
    }

    pub fn step(self, by: i64) {
        self.pause();
        self.seek(self.at.get_untracked() + by);
    }

    /// To the clip before or after.
    pub fn go(self, by: isize) {
        if let Some(to) = self.with_list(|list| list.neighbour(self.at.get_untracked(), by)) {
            self.seek(to);
        }
    }

    pub fn toggle(self) {
        if self.playing.get_untracked() { self.pause() } else { self.play() }
    }

    fn play(self) {
        let is_over = self.with_list(|list| self.at.get_untracked() + 1 >= list.frames).unwrap_or(true);
        self.playing.set(true);
        if is_over {
            self.seek(0);
        } else {
            self.start();
        }
        self.follow();
    }

    fn start(self) {
        if let Some(video) = self.videos[self.leader.get_value()].get_untracked() {
            self.set_speed();
            video::play(&video);
        }
    }

    pub fn pause(self) {
        self.playing.set(false);
        for video in self.videos.iter().filter_map(NodeRef::get_untracked) {
            let _ = video.pause();
        }
        // With all its pixels again.
        self.draw();
    }

    /// Once for each picture of the screen while it plays.
    fn follow(self) {
        request_animation_frame(move || {
            if self.playing.try_get_untracked() == Some(true) && self.canvas.try_get_untracked().flatten().is_some() {
                self.advance();
                self.follow();
            }
        });
    }

    /// A page in the background gets no pictures: its players tell.
    pub fn ticked(self) {
        if self.playing.get_untracked() {
            self.advance();
        }
    }

    /// Takes over where the leader is, and lets the other one lead when it has come to its end.
    fn advance(self) {
        let leader = self.leader.get_value();
        let (Some(index), Some(video)) = (self.takes.get_value()[leader], self.videos[leader].get_untracked()) else {
            return;
        };
        let Some((take, subject)) = self.take(index).and_then(|take| Some((take.clone(), self.subject(&take)?))) else {
            return;
        };
        if video.seeking() || video.ready_state() < 2 {
            return;
        }
        let source = subject.facts.source_time(video.current_time());
        let end = subject.facts.rate.frame_start(subject.facts.rate.frame_at(take.source_time(take.end - 1)) + 1);
        let Some(rate) = self.with_list(|list| list.rate) else { return };
        if source >= end || video.ended() {
            if self.take(index + 1).is_none() {
                self.pause();
                // It went a little farther than what is shown.
                self.seek(take.end - 1);
            } else {
                self.hand_over(leader, index, take.end);
                self.draw();
            }
            return;
        }
        let n = take.frame_at(rate, source);
        self.at.set(n);
        self.set_speed();
        // What comes up over it moves too.
        if self.seen(n).is_some_and(|seen| seen.over.is_some()) {
            self.let_other_play(index + 1, n);
        }
        self.draw();
    }

    fn let_other_play(self, index: usize, n: i64) {
        let other = 1 - self.leader.get_value();
        if self.takes.get_value()[other] != Some(index) {
            self.load(other, index, n);
        }
        if let Some(video) = self.videos[other].get_untracked().filter(|video| video.paused()) {
            video::play(&video);
        }
    }

    fn hand_over(self, leader: usize, index: usize, n: i64) {
        self.let_other_play(index + 1, n);
        self.leader.set_value(1 - leader);
        self.at.set(n);
        self.set_speed();
        if let Some(video) = self.videos[leader].get_untracked() {
            let _ = video.pause();
        }
        self.prepare(index + 2, n);
    }

    fn set_speed(self) {
        let n = self.at.get_untracked();
        for (deck, index) in self.takes.get_value().into_iter().enumerate() {
            let take = index.and_then(|index| self.take(index));
            if let (Some(take), Some(video)) = (take, self.videos[deck].get_untracked()) {
                #[allow(clippy::cast_precision_loss)] // Percent.
                let speed = take.percent(n) as f64 / 100.0;
                if (video.playback_rate() - speed).abs() > 1e-3 {
                    video.set_playback_rate(speed);
                }
            }
        }
    }

    /// What the plan shows at this output frame, from the pictures that the players have.
    pub fn draw(self) {
        let Some(n) = self.at.try_get_untracked() else { return };
        let (Some(canvas), Some(over)) = (self.canvas.get_untracked(), self.over.get_untracked()) else { return };
        let Some(Seen { take, over: above, light }) = self.seen(n) else { return };
        let (size, width) = (self.size(), self.width.get_untracked());
        // A canvas loses its picture with its size: not before there is another.
        let leading = self.deck_of(take).and_then(|deck| self.videos[deck].get_untracked());
        if width == 0 || !leading.is_some_and(|video| video::has_picture(&video)) {
            return;
        }
        let most = (self.playing.try_get_untracked() == Some(true)).then_some(width);
        fit(&canvas, size, most);
        fit(&over, size, most);
        self.draw_take(self.canvas, take, n);
        if let Some((index, part)) = above {
            self.draw_take(self.over, index, n);
            lay_over(&canvas, &over, f64::from(part) / 256.0);
        }
        if light < 256 {
            darken(&canvas, f64::from(light) / 256.0);
        }
    }

    /// The player that has a take.
    fn deck_of(self, index: usize) -> Option<usize> {
        self.takes.get_value().iter().position(|take| *take == Some(index))
    }

    fn draw_take(self, canvas: NodeRef<html::Canvas>, index: usize, n: i64) {
        let Some((deck, take)) = self.deck_of(index).zip(self.take(index)) else { return };
        let (Some(canvas), Some(video)) = (canvas.get_untracked(), self.videos[deck].get_untracked()) else { return };
        if let Some(subject) = self.subject(&take) {
            let (size, again) = (self.size(), move || self.draw());
            self.pictures.with_value(|pictures| {
                draw_scene(&video, &canvas, &scene_of(&subject, take.source_time(n), size, pictures, again));
            });
        }
    }
}
