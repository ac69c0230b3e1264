//! The videos of the game on its clock: which one is shown, and how the player goes from one to the next.

use crate::{
    browser::{self, page},
    domain::{clock::GameClock, frame_table::FrameTable, ids::VideoId, time::Micros},
    editor::playback::Playback,
    games::types::Game,
    uploads::queue::UploadQueue,
    videos::types::Video,
};
use leptos::{prelude::*, task::spawn_local};
use std::{collections::HashMap, sync::Arc};

#[derive(Clone, Copy)]
pub struct Videos {
    pub playback: Playback,
    pub clock: Memo<GameClock>,
    /// The video whose picture is shown.
    pub shown: Memo<Option<Video>>,
    current: RwSignal<Option<VideoId>>,
    /// Lengths of files that the server has not read yet, as this browser finds them.
    lengths: RwSignal<HashMap<VideoId, Micros>>,
    game: RwSignal<Game>,
}

impl Videos {
    /// With the playhead where it was.
    pub fn new(game: RwSignal<Game>, position: Micros) -> Self {
        let lengths = RwSignal::new(HashMap::<VideoId, Micros>::new());
        let clock = Memo::new(move |_| {
            lengths.with(|lengths| {
                let length = |video: &Video| match &video.facts {
                    Some(facts) => facts.duration,
                    None => lengths.get(&video.id).copied().unwrap_or_default(),
                };
                game.with(|game| {
                    GameClock::new(game.videos.iter().map(|video| (video.id.clone(), video.gap, length(video))))
                })
            })
        });
        let current = RwSignal::new(None::<VideoId>);
        let shown = Memo::new(move |_| {
            let current = current.get();
            game.with(|game| game.videos.iter().find(|video| Some(&video.id) == current.as_ref()).cloned())
        });
        let playback = Playback::on_clock(Signal::derive(move || clock.with(GameClock::end)));
        let videos = Self { playback, clock, shown, current, lengths, game };
        playback.now.set(position);
        if let Some(placed) = clock.with_untracked(|clock| clock.at(position).cloned()) {
            videos.show(&placed.video, position);
        }
        videos
    }

    pub fn is_shown(self, video: &VideoId) -> bool {
        self.current.with_untracked(|current| current.as_ref() == Some(video))
    }

    /// Moves the playhead to a time of this video, whichever is shown.
    pub fn go_to(self, video: &VideoId, at: Micros) {
        if self.is_shown(video) {
            self.playback.seek(at);
        } else {
            self.show(video, at);
        }
    }

    /// The start of the frame of this video that is nearest to a time of the clock.
    pub fn on_frame(self, video: &VideoId, at: Micros) -> Micros {
        self.frames_from(video, at, 0).unwrap_or(at)
    }

    /// The start of the frame that comes `by` frames after that one; none where the rate is not known.
    pub fn frames_from(self, video: &VideoId, at: Micros, by: i64) -> Option<Micros> {
        let start = self.clock.with_untracked(|clock| clock.start_of(video));
        let rate = self.game.with_untracked(|game| {
            let facts = game.videos.iter().find(|known| known.id == *video)?.facts.as_ref()?;
            facts.rate.is_usable().then_some(facts.rate)
        })?;
        Some(rate.frame_start((rate.nearest_frame(at - start) + by).max(0)) + start)
    }

    /// Where each video after the first begins, and what it is called on the ruler.
    pub fn parts(self) -> Vec<(Micros, String)> {
        self.clock.with(|clock| {
            let is_halves = clock.videos().len() == 2;
            let name = |at: usize| if is_halves { "2nd half".to_owned() } else { format!("Part {}", at + 1) };
            let later = clock.videos().iter().enumerate().skip(1);
            later.map(|(at, placed)| (placed.start, name(at))).collect()
        })
    }

    fn show(self, video: &VideoId, at: Micros) {
        let Some(placed) = self.clock.with_untracked(|clock| clock.find(video).cloned()) else { return };
        let at =
            if placed.length > Micros::ZERO { at.clamp_to(placed.start, placed.end()) } else { at.max(placed.start) };
        self.current.set(Some(placed.video));
        self.tell_facts();
        self.playback.place(placed.start, placed.length, at);
    }

    /// What the player must know of the file that it plays.
    fn tell_facts(self) {
        let facts = untrack(move || self.shown.get()).and_then(|video| video.facts);
        self.playback.frame_rate.set(facts.as_ref().map(|facts| facts.rate).filter(|rate| rate.is_usable()));
        self.playback.first_frame.set(facts.map(|facts| facts.first_frame).unwrap_or_default());
    }

    /// Shows the video that the playhead is in, goes on with the next where one ends, and stays with the clock. Effects only.
    pub fn drive_player(self) {
        let playback = self.playback;
        let table = Memo::new(move |_| self.shown.with(|video| video.as_ref()?.frames_url.clone()));
        Effect::new(move |_| {
            playback.frame_table.set(None);
            let Some(url) = table.get() else { return };
            spawn_local(async move {
                let bytes = page::bytes_of(&url).await;
                // Another video may play by now.
                if table.try_get_untracked().flatten().as_ref() == Some(&url) {
                    let table = bytes.and_then(|bytes| FrameTable::from_bytes(&bytes));
                    playback.frame_table.try_set(table.map(Arc::new));
                }
            });
        });
        Effect::new(move |_| {
            let at = playback.now.get();
            let clock = self.clock.get();
            let current = self.current.get();
            let holds = current
                .as_ref()
                .and_then(|id| clock.find(id))
                .is_some_and(|placed| placed.holds(at) || (placed.length == Micros::ZERO && placed.start <= at));
            if let Some(next) = clock.at(at).filter(|next| !holds && Some(&next.video) != current.as_ref()) {
                self.show(&next.video, at);
            }
        });
        Effect::new(move |seen: Option<u64>| {
            let ended = playback.ended.get();
            if seen.is_some_and(|seen| seen != ended) {
                self.show_next();
            }
            ended
        });
        // What becomes known of the shown video, and where it is moved to on the clock.
        Effect::new(move |before: Option<Option<(VideoId, Micros)>>| {
            let video = self.shown.get();
            let now = video.map(|video| {
                let start = self.clock.with(|clock| clock.start_of(&video.id));
                (video.id, start)
            });
            self.tell_facts();
            if let (Some(Some((before, from))), Some((id, to))) = (before, &now)
                && before == *id
                && from != *to
            {
                playback.origin.set(*to);
                playback.now.update(|at| *at = *at + (*to - from));
            }
            now
        });
        self.learn_lengths();
    }

    fn show_next(self) {
        let Some(current) = self.current.get_untracked() else { return };
        let next = self.clock.with_untracked(|clock| {
            let end = clock.find(&current)?.end();
            clock.after(&current).map(|next| (next.video.clone(), next.start.max(end)))
        });
        if let Some((next, at)) = next {
            self.playback.carry_on();
            self.show(&next, at);
        }
    }

    /// Asks this browser how long the files are that it still sends.
    fn learn_lengths(self) {
        let queue = UploadQueue::expect();
        let asked = StoredValue::new(Vec::<VideoId>::new());
        Effect::new(move |_| {
            let unknown: Vec<VideoId> = self.game.with(|game| {
                game.videos.iter().filter(|video| video.facts.is_none()).map(|video| video.id.clone()).collect()
            });
            for video in unknown {
                let Some(file) = queue.file_of(&video).filter(|_| asked.with_value(|asked| !asked.contains(&video)))
                else {
                    continue;
                };
                asked.update_value(|asked| asked.push(video.clone()));
                spawn_local(async move {
                    if let Some(seconds) = browser::video::length_of(&file).await {
                        let length = Micros::from_seconds_f64(seconds);
                        self.lengths.try_update(|lengths| lengths.insert(video, length));
                    }
                });
            }
        });
    }
}
