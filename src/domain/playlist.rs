//! A planned reel as a player goes through it: which stretch of which recording comes when, what of the next is seen over it, and
//! how much light there is. The numbers are those of the plan, so what is played is what is exported.

use super::{
    plan::{ExportPlan, PlannedClip},
    time::{FrameRate, Micros},
    time_map::TimeMap,
    transition::TransitionKind,
};

/// A stretch of one recording that plays without a jump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// Its clip's place in the reel.
    pub clip: usize,
    /// Its first output frame in the reel, and the one after its last.
    pub first: i64,
    pub end: i64,
    map: TimeMap,
}

impl Take {
    /// The source time that is shown at output frame `n` of the reel; beyond its ends what is nearest.
    pub fn source_time(&self, n: i64) -> Micros {
        self.map.source_time(n - self.first)
    }

    /// The output frame of the reel that shows source time `at`.
    pub fn frame_at(&self, rate: FrameRate, at: Micros) -> i64 {
        let within = rate.nearest_frame(self.map.output_time(at));
        (self.first + within).clamp(self.first, (self.end - 1).max(self.first))
    }

    /// How many times faster than it was recorded it plays at output frame `n`, in percent.
    pub fn percent(&self, n: i64) -> i64 {
        self.map.percent_at(n - self.first)
    }
}

/// What is seen at one output frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The take of the clip that is there, and of the one that comes up over it with how much of 256 that is.
    pub take: usize,
    pub over: Option<(usize, u16)>,
    /// Of 256.
    pub light: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playlist {
    pub rate: FrameRate,
    /// Output frames.
    pub frames: i64,
    pub takes: Vec<Take>,
    clips: Vec<PlannedClip>,
}

impl Playlist {
    pub fn of(plan: &ExportPlan) -> Self {
        let mut takes = Vec::new();
        for (clip, planned) in plan.clips.iter().enumerate() {
            let mut first = planned.first;
            for pieces in planned.pieces.chunk_by(|one, next| one.end == next.first) {
                let map = TimeMap::of_pieces(planned.facts.rate, plan.rate, pieces.to_vec());
                let end = first + map.frames();
                takes.push(Take { clip, first, end, map });
                first = end;
            }
        }
        Self { rate: plan.rate, frames: plan.total_frames, takes, clips: plan.clips.clone() }
    }

    /// What output frame `n` shows; beyond either end, the nearest one's.
    pub fn seen(&self, n: i64) -> Option<Seen> {
        let n = n.clamp(0, (self.frames - 1).max(0));
        let take = self.takes.iter().position(|take| (take.first..take.end).contains(&n))?;
        let clip = self.takes[take].clip;
        Some(Seen { take, over: self.over(clip, n), light: self.light(clip, n) })
    }

    /// The first frame that is seen of the clip alone before or after output frame `n`.
    pub fn neighbour(&self, n: i64, step: isize) -> i64 {
        let clip = self.seen(n).map_or(0, |seen| self.takes[seen.take].clip);
        let begin = |clip: usize| self.clips.get(clip).map(|clip| clip.first + clip.opening.shared());
        match step {
            ..0 => match begin(clip) {
                // Back to the start of this one first, as every player does.
                Some(start) if n > start + self.rate.nearest_frame(Micros::SECOND) => start,
                _ => clip.checked_sub(1).and_then(begin).unwrap_or(0),
            },
            _ => begin(clip + 1).unwrap_or((self.frames - 1).max(0)),
        }
    }

    fn over(&self, clip: usize, n: i64) -> Option<(usize, u16)> {
        let next = self.clips.get(clip + 1)?;
        let part = n - next.first;
        let length = next.opening.shared();
        let take = self.takes.iter().position(|take| take.clip == clip + 1)?;
        (0..length).contains(&part).then(|| (take, share(part + 1, length)))
    }

    fn light(&self, clip: usize, n: i64) -> u16 {
        let Some(planned) = self.clips.get(clip) else { return 256 };
        let dark = |kind: TransitionKind, frames: i64| if kind == TransitionKind::Fade { frames } else { 0 };
        let (coming, going) =
            (dark(planned.opening.kind, planned.opening.frames), dark(planned.closing.kind, planned.closing.frames));
        let end = self.takes.iter().rfind(|take| take.clip == clip).map_or(n + 1, |take| take.end);
        let light = |at: i64, length: i64| if length > 0 { share(at, length) } else { 256 };
        light(n - planned.first + 1, coming).min(light(end - n, going))
    }
}

/// As `media::view` shares out a picture's parts.
fn share(part: i64, length: i64) -> u16 {
    u16::try_from((part * 256 / (length + 1).max(1)).clamp(0, 256)).unwrap_or(256)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        aspect::Aspect,
        framing::{Framing, Segment, Speed},
        plan::{ClipForPlan, ReelForPlan, plan, testing},
        preset::ExportSettings,
        transition::Transition,
    };

    const RATE: FrameRate = FrameRate { num: 25, den: 1 };

    fn clip(framing: Framing) -> ClipForPlan {
        ClipForPlan { framing, ..testing::clip(RATE, 10_000_000, 14_000_000) }
    }

    fn playlist(clips: Vec<ClipForPlan>) -> Playlist {
        let reel = ReelForPlan { aspect: Aspect::Portrait, settings: ExportSettings::default(), clips, music: None };
        Playlist::of(&plan(&reel).expect("a plan"))
    }

    #[test]
    fn a_gap_parts_takes_and_another_speed_does_not() {
        let part = |start, end, percent: u16| Segment {
            start: Micros::from_seconds(start),
            end: Micros::from_seconds(end),
            speed: Speed::try_from(percent).expect("a speed"),
            ..Segment::default()
        };
        let framing =
            Framing { segments: vec![part(10, 11, 100), part(11, 12, 50), part(13, 14, 100)], ..Framing::default() };
        let list = playlist(vec![clip(framing), clip(Framing::default())]);
        let ends: Vec<_> = list.takes.iter().map(|take| (take.clip, take.first, take.end)).collect();
        assert_eq!(ends, [(0, 0, 75), (0, 75, 100), (1, 100, 200)]);
        assert_eq!(list.frames, 200);
        let slow = &list.takes[0];
        assert_eq!((slow.percent(10), slow.percent(30)), (100, 50));
        assert_eq!(slow.source_time(27), Micros(11_040_000));
        assert_eq!(slow.frame_at(RATE, Micros(11_040_000)), 27);
        assert_eq!(list.takes[1].source_time(75), Micros::from_seconds(13));
        assert_eq!(list.seen(75), Some(Seen { take: 1, over: None, light: 256 }));
        assert_eq!((list.neighbour(80, 1), list.neighbour(80, -1), list.neighbour(10, -1)), (100, 0, 0));
        assert_eq!((list.neighbour(150, -1), list.neighbour(110, -1)), (100, 0));
    }

    #[test]
    fn what_is_seen_of_a_transition_is_what_the_plan_renders() {
        for kind in [TransitionKind::Fade, TransitionKind::Dissolve] {
            let opening = Transition { kind, length: Micros(400_000) };
            let list = playlist(vec![clip(Framing::default()), clip(Framing { opening, ..Framing::default() })]);
            let seen = |n| list.seen(n).expect("seen");
            if kind == TransitionKind::Dissolve {
                assert_eq!(list.frames, 190);
                assert_eq!(seen(89), Seen { take: 0, over: None, light: 256 });
                assert_eq!(seen(90), Seen { take: 0, over: Some((1, 23)), light: 256 });
                assert_eq!(seen(99), Seen { take: 0, over: Some((1, 232)), light: 256 });
                assert_eq!(seen(100), Seen { take: 1, over: None, light: 256 });
            } else {
                assert_eq!(list.frames, 200);
                let lights: Vec<_> = (94..106).map(|n| seen(n).light).collect();
                assert_eq!(lights, [256, 213, 170, 128, 85, 42, 42, 85, 128, 170, 213, 256]);
            }
        }
    }
}
