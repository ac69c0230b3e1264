//! What changed from one plan of a reel to another, and how much of it has to be rendered.

use super::{
    ids::ReelClipId,
    plan::{ChunkSpec, ExportPlan, PlannedClip},
    time::Micros,
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Changes {
    /// Titles of clips, in order.
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub changed: Vec<String>,
    /// The clips that both have come in another order.
    pub moved: bool,
    /// Shape, size, pace, quality or sound.
    pub settings: bool,
    pub music: bool,
    /// How much is rendered again, and of how much.
    pub again: Micros,
    pub length: Micros,
}

impl Changes {
    pub fn between(before: &ExportPlan, now: &ExportPlan) -> Self {
        let settings = settings_of(before) != settings_of(now);
        let titles = |of: &ExportPlan, other: &ExportPlan| {
            let known: HashSet<_> = other.clips.iter().map(|clip| &clip.reel_clip).collect();
            of.clips.iter().filter(|clip| !known.contains(&clip.reel_clip)).map(|clip| clip.title.clone()).collect()
        };
        let (added, removed) = (titles(now, before), titles(before, now));
        let shared = |of: &ExportPlan, other: &ExportPlan| -> Vec<ReelClipId> {
            let in_other = |id: &ReelClipId| other.clips.iter().any(|clip| clip.reel_clip == *id);
            of.clips.iter().map(|clip| clip.reel_clip.clone()).filter(in_other).collect()
        };
        let differs = |clip: &&PlannedClip| {
            let old = edit_of(before, &clip.reel_clip);
            old.is_some() && old != edit_of(now, &clip.reel_clip)
        };
        let changed = now.clips.iter().filter(differs).map(|clip| clip.title.clone()).collect();
        let rendered: HashSet<String> = before.chunks.iter().map(|chunk| said(&chunk.spec)).collect();
        let again = now.chunks.iter().map(|chunk| &chunk.spec).filter(|spec| !rendered.contains(&said(spec)));
        Self {
            moved: shared(before, now) != shared(now, before),
            music: before.music != now.music,
            settings,
            added,
            removed,
            changed,
            again: now.rate.frame_start(again.map(ChunkSpec::frames).sum()),
            length: now.duration(),
        }
    }

    /// "2 clips changed (Goal, Save), 1 added, other music"; nothing where nothing did.
    pub fn said(&self) -> String {
        let named = |titles: &[String], word: &str| {
            let few = titles.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let more = if titles.len() > 3 { ", …" } else { "" };
            (!titles.is_empty()).then(|| format!("{} {word} ({few}{more})", titles.len()))
        };
        let also = |is: bool, word: &str| is.then(|| word.to_owned());
        let parts = [
            named(&self.changed, "changed"),
            named(&self.added, "added"),
            named(&self.removed, "removed"),
            also(self.moved, "another order"),
            also(self.music, "other music"),
            also(self.settings, "other settings"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

fn settings_of(plan: &ExportPlan) -> impl PartialEq {
    (plan.aspect, plan.width, plan.height, plan.rate, plan.quality, plan.mute)
}

/// What a clip shows, however large and at what place of the reel.
fn edit_of(plan: &ExportPlan, id: &ReelClipId) -> Option<String> {
    let (at, clip) = plan.clips.iter().enumerate().find(|(_, clip)| clip.reel_clip == *id)?;
    let shots = plan.chunks.iter().filter(|chunk| chunk.clip == at).map(|chunk| match &chunk.spec.over {
        // Of two that dissolve the second is the clip's.
        Some(over) => &over.shot,
        None => &chunk.spec.shot,
    });
    // How it is cut into chunks depends on its neighbours: what counts is what is drawn.
    let drawn: Vec<_> = shots.map(|shot| (&shot.crop, &shot.straighten, &shot.spotlights, &shot.cards)).collect();
    let first = drawn.first().copied();
    let rest: Vec<_> = drawn.iter().skip(1).collect();
    let ranges: Vec<_> =
        clip.pieces.iter().map(|piece| (piece.first, piece.end, piece.speed, piece.ramp_to, piece.blend)).collect();
    serde_json::to_string(&(ranges, &clip.opening, clip.volume, first, rest)).ok()
}

fn said(spec: &ChunkSpec) -> String {
    serde_json::to_string(spec).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        aspect::Aspect,
        framing::{CropKey, Ease},
        plan::{ClipForPlan, ReelForPlan, plan, testing},
        preset::{ExportSettings, Sound},
        time::FrameRate,
    };

    fn clip(n: u8, start: i64) -> ClipForPlan {
        let rate = FrameRate { num: 25, den: 1 };
        let reel_clip = format!("0192f0c1-2345-7abc-8def-0123456789{n:02x}").parse().expect("an id");
        let span = (start * 1_000_000, (start + 4) * 1_000_000);
        ClipForPlan { reel_clip, title: format!("Clip {n}"), ..testing::clip(rate, span.0, span.1) }
    }

    fn planned(clips: Vec<ClipForPlan>, settings: ExportSettings) -> ExportPlan {
        plan(&ReelForPlan { aspect: Aspect::Portrait, settings, clips, music: None }).expect("a plan")
    }

    #[test]
    fn nothing_changed() {
        let one = planned(vec![clip(1, 10), clip(2, 20)], ExportSettings::default());
        let changes = Changes::between(&one, &one);
        assert_eq!(changes, Changes { length: Micros::from_seconds(8), ..Changes::default() });
        assert_eq!(changes.said(), "");
    }

    #[test]
    fn an_edited_clip_renders_itself_alone() {
        let before = planned(vec![clip(1, 10), clip(2, 20), clip(3, 30)], ExportSettings::default());
        let key = CropKey { at: Micros::ZERO, x: 700_000, y: 540_000, h: 800_000, ease: Ease::Smooth };
        let mut edited = clip(2, 20);
        edited.framing.crop.push(key);
        let now = planned(vec![clip(3, 30), edited, clip(4, 40)], ExportSettings::default());
        let changes = Changes::between(&before, &now);
        assert_eq!((changes.again, changes.length), (Micros::from_seconds(8), Micros::from_seconds(12)));
        assert_eq!(changes.said(), "1 changed (Clip 2) · 1 added (Clip 4) · 1 removed (Clip 1) · another order");
    }

    #[test]
    fn settings_change_everything_and_no_clip() {
        let before = planned(vec![clip(1, 10)], ExportSettings::default());
        let now = planned(vec![clip(1, 10)], ExportSettings { sound: Sound::Mute, ..ExportSettings::default() });
        let changes = Changes::between(&before, &now);
        assert_eq!((changes.said().as_str(), changes.again), ("other settings", Micros::ZERO));
    }
}
