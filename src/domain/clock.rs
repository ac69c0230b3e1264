//! The videos of a game on one clock: halves or camera chapters, one after the other, with a gap or an overlap.

use super::{ids::VideoId, time::Micros};

/// The longest gap or overlap between two videos, in seconds.
pub const LONGEST_GAP: Micros = Micros::from_seconds(6 * 3600);

/// One video on the clock: from `start` up to, and without, `start + length`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub video: VideoId,
    /// Clock time of the video's first frame.
    pub start: Micros,
    /// Zero while it is not known.
    pub length: Micros,
}

impl Placed {
    pub fn end(&self) -> Micros {
        self.start + self.length
    }

    /// Its very end counts: a player that rests there shows this video's last frame.
    pub fn holds(&self, at: Micros) -> bool {
        self.start <= at && at <= self.end()
    }
}

/// A game's videos in playing order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GameClock(Vec<Placed>);

impl GameClock {
    /// From each video's gap after the one before (negative: they overlap) and its length. The first begins at zero, and
    /// no video begins before the one that it follows.
    pub fn new(videos: impl IntoIterator<Item = (VideoId, Micros, Micros)>) -> Self {
        let mut placed: Vec<Placed> = Vec::new();
        for (video, gap, length) in videos {
            let start = placed.last().map_or(Micros::ZERO, |before| (before.end() + gap).max(before.start));
            placed.push(Placed { video, start, length });
        }
        Self(placed)
    }

    pub fn videos(&self) -> &[Placed] {
        &self.0
    }

    /// When the last picture is over.
    pub fn end(&self) -> Micros {
        self.0.iter().map(Placed::end).max().unwrap_or_default()
    }

    pub fn find(&self, video: &VideoId) -> Option<&Placed> {
        self.0.iter().find(|placed| placed.video == *video)
    }

    /// Clock time of a video's first frame; zero for one that is not of the game.
    pub fn start_of(&self, video: &VideoId) -> Micros {
        self.find(video).map_or(Micros::ZERO, |placed| placed.start)
    }

    /// What to show at a time: where two overlap the one that began first, in a gap the one that comes next, after the end
    /// the last one. None without videos.
    pub fn at(&self, at: Micros) -> Option<&Placed> {
        self.0
            .iter()
            .find(|placed| placed.start <= at && at < placed.end())
            .or_else(|| self.0.iter().find(|placed| placed.start >= at))
            .or(self.0.last())
    }

    /// What plays on when this video has ended.
    pub fn after(&self, video: &VideoId) -> Option<&Placed> {
        let index = self.0.iter().position(|placed| placed.video == *video)?;
        self.0[index + 1..].iter().find(|next| next.end() > self.0[index].end() || next.length == Micros::ZERO)
    }

    /// The nearest time at which this video has a picture.
    pub fn within(&self, video: &VideoId, at: Micros) -> Micros {
        match self.find(video) {
            Some(placed) if placed.length > Micros::ZERO => at.clamp_to(placed.start, placed.end()),
            Some(placed) => at.max(placed.start),
            None => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(number: u8) -> VideoId {
        format!("0192f0c1-2345-7abc-8def-0123456789{number:02x}").parse().expect("an id")
    }

    fn clock(videos: &[(i64, i64)]) -> GameClock {
        let seconds = Micros::from_seconds;
        GameClock::new((0..).zip(videos).map(|(n, (gap, length))| (id(n), seconds(*gap), seconds(*length))))
    }

    #[test]
    fn halves_stand_one_after_the_other() {
        let clock = clock(&[(99, 2700), (600, 2800)]);
        assert_eq!(clock.start_of(&id(0)), Micros::ZERO, "nothing is before the first");
        assert_eq!(clock.start_of(&id(1)), Micros::from_seconds(3300));
        assert_eq!(clock.end(), Micros::from_seconds(6100));
        let at = |second| clock.at(Micros::from_seconds(second)).map(|placed| placed.video.clone());
        assert_eq!(at(0), Some(id(0)));
        assert_eq!(at(2700), Some(id(1)), "in the break the second half is next");
        assert_eq!(at(9999), Some(id(1)));
        assert_eq!(clock.after(&id(0)).map(|next| next.video.clone()), Some(id(1)));
        assert_eq!(clock.after(&id(1)), None);
    }

    #[test]
    fn where_chapters_overlap_the_first_is_shown_to_its_end() {
        let clock = clock(&[(0, 100), (-10, 100), (-500, 20)]);
        assert_eq!(clock.start_of(&id(1)), Micros::from_seconds(90));
        assert_eq!(clock.at(Micros::from_seconds(95)).map(|placed| placed.video.clone()), Some(id(0)));
        assert_eq!(clock.start_of(&id(2)), clock.start_of(&id(1)), "none begins before the one that it follows");
        assert_eq!(clock.after(&id(1)), None, "what ended before has nothing to add");
        assert_eq!(clock.end(), Micros::from_seconds(190));
    }

    #[test]
    fn no_video_shows_nothing_and_an_unknown_length_holds_nothing_up() {
        assert_eq!(clock(&[]).at(Micros::ZERO), None);
        let clock = clock(&[(0, 0), (5, 60)]);
        assert_eq!(clock.start_of(&id(1)), Micros::from_seconds(5));
        assert_eq!(clock.within(&id(0), Micros::from_seconds(7)), Micros::from_seconds(7));
        assert_eq!(clock.within(&id(1), Micros::from_seconds(99)), Micros::from_seconds(65));
    }

    proptest! {
        #[test]
        fn every_moment_of_a_video_is_shown_by_it_or_by_one_that_it_overlaps(
            videos in prop::collection::vec((-50_i64..50, 1_i64..100), 1..6), which in any::<prop::sample::Index>(), part in 0.0..1.0_f64,
        ) {
            let clock = clock(&videos);
            let placed = which.get(clock.videos());
            let at = placed.start + Micros::from_seconds_f64(placed.length.seconds() * part * 0.999);
            let shown = clock.at(at).expect("a video");
            prop_assert!(shown.start <= at && at < shown.end());
            prop_assert!(shown.start <= placed.start);
        }
    }
}
